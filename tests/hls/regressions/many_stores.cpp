// A function pipelined as a whole whose array takes more stores than the scheduler once had rounds to spread them.
#include "ap_int.h"
#include "hls_stream.h"

void many_stores(hls::stream<bool>& go, hls::stream<ap_uint<3> >& in0, hls::stream<ap_uint<3> >& out0) {
#pragma HLS PIPELINE II=1
    ap_uint<3> a[32];
#pragma HLS BIND_STORAGE variable=a type=ram_2p impl=lutram
    for (int i = 0; i < 32; i++) a[i] = ap_uint<3>(i);
    go.read();
    const ap_uint<3> x = in0.read();
    const ap_uint<3> old = a[x * 4];
    a[x * 4] ^= 1;
    out0.write(old);
    out0.write(a[28]);
}

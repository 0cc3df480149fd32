// An unsigned number against a negative one of no more bits: from 32 bits on the reference compares as C does.
#include "ap_int.h"
#include "hls_stream.h"

void mixed_comparison(hls::stream<bool>& go, hls::stream<unsigned long long>& in0, hls::stream<ap_int<63> >& in1,
                      hls::stream<ap_uint<7> >& out0) {
    go.read();
    const unsigned long long a = in0.read();
    const ap_int<63> b = in1.read();
    ap_uint<7> result = 0;
    if (a <= b) result[0] = 1;
    if (ap_uint<64>(a) <= b) result[1] = 1;
    if (ap_uint<16>(a) <= ap_int<16>(b)) result[2] = 1;
    if (ap_uint<70>(a) > ap_int<63>(b)) result[3] = 1;
    result[4] = ap_int<64>(a) == ap_uint<64>(a);  // of one width, equal from 64 bits on
    result[5] = (long long)a != ap_uint<64>(a);
    result[6] = ap_int<63>(a) == ap_uint<63>(a);
    out0.write(result);
}

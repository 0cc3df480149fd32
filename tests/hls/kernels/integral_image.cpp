// Summed-area table: row sum so far plus the value above.
#include "ap_int.h"
#include "hls_stream.h"

void integral_image(hls::stream<ap_uint<8> >& in, hls::stream<ap_uint<20> >& out) {
    ap_uint<20> above[20];
    for (int y = 0; y < 8; y++) {
        ap_uint<20> sum = 0;
        for (int x = 0; x < 20; x++) {
#pragma HLS PIPELINE II=1
            sum += in.read();
            ap_uint<20> up = y ? above[x] : ap_uint<20>(0);
            ap_uint<20> v = sum + up;
            above[x] = v;
            out.write(v);
        }
    }
}

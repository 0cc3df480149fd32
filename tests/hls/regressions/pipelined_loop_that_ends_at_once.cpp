#include "ap_int.h"
#include "hls_stream.h"
void pipelined_loop_that_ends_at_once(hls::stream<bool>& go, hls::stream<ap_uint<8>>& in0, hls::stream<ap_uint<8>>& out0) {
    go.read();
    ap_uint<8> a = in0.read();
    for (int i = 0; i < (a & 7); i++) a += in0.read();
    for (int i = 0; i < 2; i++) {
#pragma HLS PIPELINE
        if (bool(61)) break;
        for (int j = 0; j < 4; j++) a += in0.read();
    }
    out0.write(a);
}

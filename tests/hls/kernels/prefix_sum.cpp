// Inclusive prefix sums of blocks of four lanes, 8 words a block.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_vector.h"

void prefix_sum(hls::stream<hls::vector<ap_uint<8>, 4> >& in, hls::stream<hls::vector<ap_uint<16>, 4> >& out) {
    ap_uint<16> base = 0;
    for (int i = 0; i < 8; i++) {
#pragma HLS PIPELINE II=1
        const hls::vector<ap_uint<8>, 4> word = in.read();
        hls::vector<ap_uint<16>, 4> sums;
        ap_uint<16> total = 0;
        for (int lane = 0; lane < 4; lane++) {
            total += word[lane];
            sums[lane] = base + total;
        }
        base += total;
        out.write(sums);
    }
}

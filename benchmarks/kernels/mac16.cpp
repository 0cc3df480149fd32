// 16x16 multiply-accumulate engine, 64 steps.
#include "mac_array.h"

void mac16(hls::stream<hls::vector<short, 16> >& activations, hls::stream<hls::vector<short, 256> >& weights,
           hls::stream<hls::vector<int, 16> >& sums) {
#pragma HLS INTERFACE ap_ctrl_none port=return
    mac_array<16>(activations, weights, sums);
}

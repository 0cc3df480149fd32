// 32x32 multiply-accumulate engine, 64 steps.
#include "mac_array.h"

void mac32(hls::stream<hls::vector<short, 32> >& activations, hls::stream<hls::vector<short, 1024> >& weights,
           hls::stream<hls::vector<int, 32> >& sums) {
#pragma HLS INTERFACE ap_ctrl_none port=return
    mac_array<32>(activations, weights, sums);
}

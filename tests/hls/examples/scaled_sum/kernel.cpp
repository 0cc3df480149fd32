// Scalars and the block-level protocol in registers of an AXI4-Lite slave.
#include "kernel.h"

ap_int<40> scaled_sum(const short values[COUNT], ap_int<8> scale, ap_uint<48> &total, ap_uint<4> *largest) {
#pragma HLS INTERFACE mode = s_axilite port = return bundle = control
#pragma HLS INTERFACE mode = s_axilite port = scale bundle = control
#pragma HLS INTERFACE mode = s_axilite port = total bundle = control
#pragma HLS INTERFACE mode = s_axilite port = largest bundle = control
    ap_int<40> sum = 0;
    ap_uint<4> place = 0;
    for (int i = 0; i < COUNT; i++) {
#pragma HLS PIPELINE II = 1
        sum += values[i] * scale;
        if (values[i] > values[place]) place = i;
    }
    *largest = place;
    total += sum;
    return sum;
}

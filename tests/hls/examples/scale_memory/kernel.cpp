// Arrays in a memory behind AXI4 masters: a burst in, work on a local copy, a burst out.
#include "kernel.h"

int scale_memory(const int *in, short *out, int count, int factor) {
#pragma HLS INTERFACE mode = m_axi port = in bundle = gmem0 depth = 96 offset = slave
#pragma HLS INTERFACE mode = m_axi port = out bundle = gmem1 depth = 96 offset = slave
#pragma HLS INTERFACE mode = s_axilite port = in
#pragma HLS INTERFACE mode = s_axilite port = out
#pragma HLS INTERFACE mode = s_axilite port = count
#pragma HLS INTERFACE mode = s_axilite port = factor
#pragma HLS INTERFACE mode = s_axilite port = return
    int local[CAPACITY];
    int sum = 0;
    for (int i = 0; i < count; i++) {
#pragma HLS PIPELINE II = 1
        local[i] = in[i];
    }
    for (int i = 0; i < count; i++) {
#pragma HLS PIPELINE II = 1
        sum += local[i];
        out[i] = short(local[count - 1 - i] * factor);
    }
    return sum + in[0];
}

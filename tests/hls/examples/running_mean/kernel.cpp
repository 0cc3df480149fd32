// A loop over an array argument with a variable bound; the result is the return value.
#include "kernel.h"

int running_mean(const short samples[MAXIMUM], int count, short means[MAXIMUM]) {
    int sum = 0;
accumulate:
    for (int i = 0; i < count; i++) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 64
#pragma HLS PIPELINE II = 1
        sum += samples[i];
        means[i] = short(sum >> 3);
    }
    return sum;
}

// Fixed point: a symmetric window, rounded and saturated, and the largest result.
#include "kernel.h"

result_t window(const sample_t in[COUNT], const weight_t weights[COUNT / 2], result_t out[COUNT]) {
    result_t largest = -4;
    for (int i = 0; i < COUNT; i++) {
#pragma HLS PIPELINE II = 1
        const weight_t weight = weights[i < COUNT / 2 ? i : COUNT - 1 - i];
        const result_t one = in[i] * weight;
        out[i] = one;
        if (one > largest) largest = one;
    }
    return largest;
}

// Deals the loaded weights out: COUNTS[0] words to out[0], COUNTS[1] to out[1], ..., and again for the next LOAD.
// One cycle a word.
#pragma once

#include "arithmetic.h"

// The greatest of a config's COUNTS.
template <typename C, int SIZE>
constexpr int greatest_count() {
    int greatest = 1;
    for (int i = 0; i < SIZE; ++i) {
        greatest = maximum_of(greatest, C::COUNTS[i]);
    }
    return greatest;
}

template <typename C>
void distribute_load(hls::stream<ap_int<C::WEIGHT_WIDTH>>& in,
                     hls::stream<ap_int<C::WEIGHT_WIDTH>> (&out)[C::OUTPUTS]) {
#pragma HLS PIPELINE II=1
    using Count = ap_uint<clog2(greatest_count<C, C::OUTPUTS>() + 1)>;
    static Counter<C::OUTPUTS> target = 0;
    static Count count = 0;
    const ap_int<C::WEIGHT_WIDTH> weight = in.read();
    bool ends = false;
    for (int output = 0; output < C::OUTPUTS; ++output) {
#pragma HLS UNROLL
        if (target == output) {
            out[output].write(weight);
            ends = count == C::COUNTS[output] - 1;
        }
    }
    count = ends ? Count(0) : Count(count + 1);
    if (ends) {
        target = target == C::OUTPUTS - 1 ? Counter<C::OUTPUTS>(0) : Counter<C::OUTPUTS>(target + 1);
    }
}

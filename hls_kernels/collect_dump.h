// Gathers the dumped weights: COUNTS[0] words from in[0], COUNTS[1] from in[1], ..., and again for the next DUMP.
// One cycle a word.
#pragma once

#include "distribute_load.h"

template <typename C>
void collect_dump(hls::stream<ap_int<C::WEIGHT_WIDTH>> (&in)[C::INPUTS], hls::stream<ap_int<C::WEIGHT_WIDTH>>& out) {
#pragma HLS PIPELINE II=1
    using Count = ap_uint<clog2(greatest_count<C, C::INPUTS>() + 1)>;
    static Counter<C::INPUTS> source = 0;
    static Count count = 0;
    ap_int<C::WEIGHT_WIDTH> weight = 0;
    bool ends = false;
    for (int input = 0; input < C::INPUTS; ++input) {
#pragma HLS UNROLL
        if (source == input) {
            weight = in[input].read();
            ends = count == C::COUNTS[input] - 1;
        }
    }
    out.write(weight);
    count = ends ? Count(0) : Count(count + 1);
    if (ends) {
        source = source == C::INPUTS - 1 ? Counter<C::INPUTS>(0) : Counter<C::INPUTS>(source + 1);
    }
}

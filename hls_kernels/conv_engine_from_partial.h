// Convolution engine that starts from another slice's partial sums and rounds the total.
//
//   for each image (one activation)
//     for output < OUT_ROWS * OUT_GROUPS          row, output group
//       for input < IN_GROUPS * TAP_GROUPS        input group, tap group
//         for sub < SUBS                          part of the word's lanes
//           for column < OUT_COLUMNS
//             for out_sub < OUT_SUBS              part of the output word's lanes: one cycle each
//
// OUT_ROWS * OUT_GROUPS * IN_GROUPS * TAP_GROUPS * SUBS * OUT_COLUMNS * OUT_SUBS cycles an image, SUBS = LANES / P_IN,
// OUT_SUBS = OUT_LANES / P_OUT. A weight word is taken (and a credit given back) at column 0 of sub 0 and kept for the
// SUBS * OUT_COLUMNS patches that it meets, a patch for the OUT_SUBS parts of its output word; a partial word
// starts the sums of a column; an output word leaves with the last input of its column.
#pragma once

#include "conv_arithmetic.h"

template <typename C>
void conv_engine_from_partial(hls::stream<ConvPatch<C>>& patches, hls::stream<ConvWeights<C>>& weights,
                              hls::stream<ap_uint<1>>& credits, hls::stream<ConvPartial<C>>& partial,
                              hls::stream<ConvOutput<C>>& out) {
    static ConvSums<C> sums[ConvShape<C>::SUMS];
#pragma HLS DEPENDENCE variable=sums inter distance=ConvShape<C>::SUMS true
    ConvWeights<C> weight;
    ConvPatch<C> patch;
    ConvOutput<C> word;
    ConvPartial<C> first;
    for (int output = 0; output < C::OUT_ROWS * C::OUT_GROUPS; ++output) {
        for (int input = 0; input < C::IN_GROUPS * C::TAP_GROUPS; ++input) {
            for (int sub = 0; sub < ConvShape<C>::SUBS; ++sub) {
                for (int column = 0; column < C::OUT_COLUMNS; ++column) {
                    for (int out_sub = 0; out_sub < ConvShape<C>::OUT_SUBS; ++out_sub) {
#pragma HLS PIPELINE II=1
                        if (sub == 0 && column == 0 && out_sub == 0) {
                            weight = weights.read();
                            credits.write(1);
                        }
                        if (input == 0 && sub == 0 && out_sub == 0) {
                            first = partial.read();
                        }
                        if (out_sub == 0) {
                            patch = patches.read();
                        }
                        const int place = column * ConvShape<C>::OUT_SUBS + out_sub;
                        const ConvPart<C> part = conv_part<C>(weight, sub, out_sub);
                        const bool starts = input == 0 && sub == 0;
                        const ConvSums<C> start = conv_pick<C>(first, out_sub);
                        const ConvSums<C> sum = conv_accumulate<C>(starts, start, sums[place], patch, part);
                        sums[place] = sum;
                        if (input == C::IN_GROUPS * C::TAP_GROUPS - 1 && sub == ConvShape<C>::SUBS - 1) {
                            word = conv_round<C>(word, sum, out_sub);
                            if (out_sub == ConvShape<C>::OUT_SUBS - 1) {
                                out.write(word);
                            }
                        }
                    }
                }
            }
        }
    }
}

// Words and multiply-accumulates that the four convolution engines share.
#pragma once

#include "arithmetic.h"

template <typename C>
struct ConvShape {
    static_assert(C::LANES % C::P_IN == 0, "patches divide a word");
    static_assert(C::OUT_LANES % C::P_OUT == 0, "parts divide a word");
    static constexpr int SUBS = C::LANES / C::P_IN;
    static constexpr int OUT_SUBS = C::OUT_LANES / C::P_OUT;
    static constexpr int SUMS = C::OUT_COLUMNS * OUT_SUBS;  // parts of words that are summed at a time
};

// Element tap * P_IN + channel.
template <typename C>
using ConvPatch = hls::vector<ap_int<C::IN_WIDTH>, C::P_TAP * C::P_IN>;

// As stored: element (output * LANES + channel) * P_TAP + tap.
template <typename C>
using ConvWeights = hls::vector<ap_int<C::WEIGHT_WIDTH>, C::OUT_LANES * C::LANES * C::P_TAP>;

// What meets one patch in one cycle: element (output * P_IN + channel) * P_TAP + tap.
template <typename C>
using ConvPart = hls::vector<ap_int<C::WEIGHT_WIDTH>, C::P_OUT * C::P_IN * C::P_TAP>;

template <typename C>
using ConvSums = hls::vector<ap_int<C::ACC_WIDTH>, C::P_OUT>;

// A word of partial sums.
template <typename C>
using ConvPartial = hls::vector<ap_int<C::ACC_WIDTH>, C::OUT_LANES>;

template <typename C>
using ConvOutput = hls::vector<ap_int<C::OUT_WIDTH>, C::OUT_LANES>;

// The weights of channels sub * P_IN to sub * P_IN + P_IN - 1 for outputs out_sub * P_OUT to out_sub * P_OUT + P_OUT - 1.
template <typename C>
ConvPart<C> conv_part(const ConvWeights<C>& weight, int sub, int out_sub) {
#pragma HLS INLINE
    constexpr int RUN = C::P_IN * C::P_TAP;  // elements that lie together
    constexpr int OUT_RUN = C::P_OUT * C::LANES * C::P_TAP;
    ConvPart<C> part;
    for (int output = 0; output < C::P_OUT; ++output) {
#pragma HLS UNROLL
        for (int element = 0; element < RUN; ++element) {
#pragma HLS UNROLL
            const int place = output * C::LANES * C::P_TAP + element;
            part[output * RUN + element] = weight[place];
            for (int outs = 0; outs < ConvShape<C>::OUT_SUBS; ++outs) {
#pragma HLS UNROLL
                for (int ins = 0; ins < ConvShape<C>::SUBS; ++ins) {
#pragma HLS UNROLL
                    if (outs + ins > 0 && out_sub == outs && sub == ins) {
                        part[output * RUN + element] = weight[place + outs * OUT_RUN + ins * RUN];
                    }
                }
            }
        }
    }
    return part;
}

// The exact dot product of a patch with the weights of output `output`.
template <typename C>
ap_int<C::IN_WIDTH + C::WEIGHT_WIDTH + clog2(C::P_IN * C::P_TAP)> conv_dot(const ConvPatch<C>& patch,
                                                                            const ConvPart<C>& weight, int output) {
#pragma HLS INLINE
    ap_int<C::IN_WIDTH + C::WEIGHT_WIDTH> products[C::P_IN * C::P_TAP];
#pragma HLS ARRAY_PARTITION variable=products dim=1 complete
    for (int channel = 0; channel < C::P_IN; ++channel) {
#pragma HLS UNROLL
        for (int tap = 0; tap < C::P_TAP; ++tap) {
#pragma HLS UNROLL
            products[channel * C::P_TAP + tap] =
                patch[tap * C::P_IN + channel] * weight[(output * C::P_IN + channel) * C::P_TAP + tap];
        }
    }
    return tree_sum<C::P_IN * C::P_TAP, 0>(products);
}

// start (or, where `starts`, `first`) plus the products, modulo 2^ACC_WIDTH. The addition to the running sum comes
// last, so that the sum over many steps closes its loop with one adder.
template <typename C>
ConvSums<C> conv_accumulate(bool starts, const ConvSums<C>& first, const ConvSums<C>& running,
                            const ConvPatch<C>& patch, const ConvPart<C>& weight) {
#pragma HLS INLINE
    ConvSums<C> sums;
    for (int output = 0; output < C::P_OUT; ++output) {
#pragma HLS UNROLL
        const ap_int<C::ACC_WIDTH> base = starts ? first[output] : running[output];
        sums[output] = base + conv_dot<C>(patch, weight, output);
    }
    return sums;
}

// Outputs out_sub * P_OUT to out_sub * P_OUT + P_OUT - 1 of a word.
template <typename C>
ConvSums<C> conv_pick(const ConvPartial<C>& word, int out_sub) {
#pragma HLS INLINE
    ConvSums<C> sums;
    for (int output = 0; output < C::P_OUT; ++output) {
#pragma HLS UNROLL
        sums[output] = word[output];
        for (int outs = 1; outs < ConvShape<C>::OUT_SUBS; ++outs) {
#pragma HLS UNROLL
            if (out_sub == outs) {
                sums[output] = word[outs * C::P_OUT + output];
            }
        }
    }
    return sums;
}

// The word so far with the rounded sums as its part `out_sub`.
template <typename C>
ConvOutput<C> conv_round(const ConvOutput<C>& word, const ConvSums<C>& sums, int out_sub) {
#pragma HLS INLINE
    ConvOutput<C> joined;
    for (int lane = 0; lane < C::OUT_LANES; ++lane) {
#pragma HLS UNROLL
        joined[lane] = word[lane];
        if (out_sub == lane / C::P_OUT) {
            joined[lane] = round_saturate<C::OUT_WIDTH, C::SHIFT>(sums[lane % C::P_OUT]);
        }
    }
    return joined;
}

// The same without rounding.
template <typename C>
ConvPartial<C> conv_join(const ConvPartial<C>& word, const ConvSums<C>& sums, int out_sub) {
#pragma HLS INLINE
    ConvPartial<C> joined;
    for (int lane = 0; lane < C::OUT_LANES; ++lane) {
#pragma HLS UNROLL
        joined[lane] = word[lane];
        if (out_sub == lane / C::P_OUT) {
            joined[lane] = sums[lane % C::P_OUT];
        }
    }
    return joined;
}

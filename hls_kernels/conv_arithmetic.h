// Words and multiply-accumulates that the four convolution engines share.
#pragma once

#include "arithmetic.h"

template <typename C>
struct ConvShape {
    static_assert(C::LANES % C::P_IN == 0, "patches divide a word");
    static constexpr int SUBS = C::LANES / C::P_IN;
};

// Element tap * P_IN + channel.
template <typename C>
using ConvPatch = hls::vector<ap_int<C::IN_WIDTH>, C::P_TAP * C::P_IN>;

// As stored: element (output * LANES + channel) * P_TAP + tap.
template <typename C>
using ConvWeights = hls::vector<ap_int<C::WEIGHT_WIDTH>, C::P_OUT * C::LANES * C::P_TAP>;

// What meets one patch: element (output * P_IN + channel) * P_TAP + tap.
template <typename C>
using ConvPart = hls::vector<ap_int<C::WEIGHT_WIDTH>, C::P_OUT * C::P_IN * C::P_TAP>;

template <typename C>
using ConvSums = hls::vector<ap_int<C::ACC_WIDTH>, C::P_OUT>;

template <typename C>
using ConvOutput = hls::vector<ap_int<C::OUT_WIDTH>, C::P_OUT>;

// The weights of channels sub * P_IN to sub * P_IN + P_IN - 1.
template <typename C>
ConvPart<C> conv_part(const ConvWeights<C>& weight, int sub) {
#pragma HLS INLINE
    constexpr int RUN = C::P_IN * C::P_TAP;  // elements that lie together
    ConvPart<C> part;
    for (int output = 0; output < C::P_OUT; ++output) {
#pragma HLS UNROLL
        for (int element = 0; element < RUN; ++element) {
#pragma HLS UNROLL
            const int place = output * C::LANES * C::P_TAP + element;
            part[output * RUN + element] = weight[place];
            for (int other = 1; other < ConvShape<C>::SUBS; ++other) {
#pragma HLS UNROLL
                if (sub == other) {
                    part[output * RUN + element] = weight[place + other * RUN];
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

template <typename C>
ConvOutput<C> conv_round(const ConvSums<C>& sums) {
#pragma HLS INLINE
    ConvOutput<C> rounded;
    for (int output = 0; output < C::P_OUT; ++output) {
#pragma HLS UNROLL
        rounded[output] = round_saturate<C::OUT_WIDTH, C::SHIFT>(sums[output]);
    }
    return rounded;
}

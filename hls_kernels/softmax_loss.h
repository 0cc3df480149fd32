// Softmax cross-entropy loss by table: probabilities, errors of the logits, and the image's result.
//
//   for each command (one activation)
//     for image < images of the command
//       for index < CLASSES                       take logits, find the greatest       one cycle each
//       for index < CLASSES                       exponentials and their sum           one cycle each
//       for index < CLASSES
//         for bit < 17                            probability by restoring division    one cycle each
//
// 19 * CLASSES cycles an image and the depth of the three pipelines. Result: bits 0..16 the label's probability times
// 2^16, bits 20..31 the first of the greatest logits. Errors (TRAIN only): probability - [class = label], padding 0.
#pragma once

#include "arithmetic.h"
#include "command.h"
#include "softmax_table.h"

template <typename C>
struct SoftmaxShape {
    static constexpr int FRACTION = 16;  // of a probability
    static constexpr int TABLE_FRACTION = 6;
    static constexpr int BITS = FRACTION + 1;

    using Logits = hls::vector<ap_int<C::LOGIT_WIDTH>, C::LANES>;
    using Errors = hls::vector<ap_int<C::ERROR_WIDTH>, C::LANES>;
    using Class = ap_uint<12>;
    using Sum = ap_uint<16 + clog2(C::CLASSES)>;
    static_assert(C::CLASSES < 4096, "a class fits the result word");
};

// min(1023, distance * 64 / 2^LOGIT_FRACTION), floored.
template <typename C>
ap_uint<10> softmax_index(const ap_uint<C::LOGIT_WIDTH>& distance) {
#pragma HLS INLINE
    using S = SoftmaxShape<C>;
    constexpr int LEFT = maximum_of(0, S::TABLE_FRACTION - C::LOGIT_FRACTION);
    constexpr int RIGHT = maximum_of(0, C::LOGIT_FRACTION - S::TABLE_FRACTION);
    const ap_uint<C::LOGIT_WIDTH + LEFT> scaled = (ap_uint<C::LOGIT_WIDTH + LEFT>(distance) << LEFT) >> RIGHT;
    return scaled > SOFTMAX_ENTRIES - 1 ? ap_uint<10>(SOFTMAX_ENTRIES - 1) : ap_uint<10>(scaled);
}

// probability (times 2^16) - [is_label], in the error's format.
template <typename C>
ap_int<C::ERROR_WIDTH> softmax_error(const ap_uint<SoftmaxShape<C>::BITS>& probability, bool is_label) {
#pragma HLS INLINE
    using S = SoftmaxShape<C>;
    const ap_int<S::BITS + 2> difference = is_label ? ap_int<S::BITS + 2>(probability - (1 << S::FRACTION))
                                                    : ap_int<S::BITS + 2>(probability);
    if constexpr (C::ERROR_FRACTION <= S::FRACTION) {
        return round_saturate<C::ERROR_WIDTH, S::FRACTION - C::ERROR_FRACTION>(difference);
    } else {
        constexpr int LEFT = C::ERROR_FRACTION - S::FRACTION;
        return saturate<C::ERROR_WIDTH>(ap_int<S::BITS + 2 + LEFT>(ap_int<S::BITS + 2 + LEFT>(difference) << LEFT));
    }
}

template <typename C>
void softmax_loss(hls::stream<Command>& command, hls::stream<typename SoftmaxShape<C>::Logits>& logits,
                  hls::stream<ap_uint<16>>& labels, hls::stream<typename SoftmaxShape<C>::Errors>& errors,
                  hls::stream<ap_uint<32>>& results) {
    using S = SoftmaxShape<C>;
    static ap_int<C::LOGIT_WIDTH> values[C::CLASSES];
    static ap_uint<16> exponentials[C::CLASSES];

    const Command order = command.read();
    const bool trains = command_trains(order);
    const ap_uint<16> images = command_images(order);
    for (ap_uint<16> image = 0; image < images; ++image) {
        typename S::Logits word;
        ap_uint<16> label = 0;
        ap_int<C::LOGIT_WIDTH> greatest = 0;
        typename S::Class predicted = 0;
        Counter<C::LANES> lane = 0;
        for (int index = 0; index < C::CLASSES; ++index) {
#pragma HLS PIPELINE II=1
            if (index == 0) {
                label = labels.read();
            }
            if (lane == 0) {
                word = logits.read();
            }
            const ap_int<C::LOGIT_WIDTH> value = word[0];
            for (int place = 0; place < C::LANES - 1; ++place) {
#pragma HLS UNROLL
                word[place] = word[place + 1];
            }
            values[index] = value;
            if (index == 0 || value > greatest) {
                greatest = value;
                predicted = index;
            }
            lane = lane == C::LANES - 1 ? Counter<C::LANES>(0) : Counter<C::LANES>(lane + 1);
        }

        typename S::Sum sum = 0;
        for (int index = 0; index < C::CLASSES; ++index) {
#pragma HLS PIPELINE II=1
            const ap_uint<C::LOGIT_WIDTH> distance = greatest - values[index];
            const ap_uint<16> exponential = SOFTMAX_EXP[softmax_index<C>(distance)];
            exponentials[index] = exponential;
            sum = sum + exponential;
        }

        // Restoring division of exponential * 2^16 by the sum, highest bit first.
        typename S::Errors assembled;
        ap_uint<S::BITS> label_probability = 0;
        Counter<C::LANES> error_lane = 0;
        for (int index = 0; index < C::CLASSES; ++index) {
            ap_uint<17 + clog2(C::CLASSES)> remainder = 0;
            ap_uint<S::BITS> quotient = 0;
            for (int bit = 0; bit < S::BITS; ++bit) {
#pragma HLS PIPELINE II=1
                if (bit == 0) {
                    remainder = exponentials[index];
                    quotient = 0;
                } else {
                    remainder = remainder << 1;
                }
                const bool fits = remainder >= sum;
                if (fits) {
                    remainder = remainder - sum;
                }
                quotient = (quotient << 1) | ap_uint<S::BITS>(fits ? 1 : 0);
                if (bit == S::BITS - 1) {
                    const bool is_label = label == index;
                    if (is_label) {
                        label_probability = quotient;
                    }
                    const ap_int<C::ERROR_WIDTH> error = softmax_error<C>(quotient, is_label);
                    for (int place = 0; place < C::LANES; ++place) {
#pragma HLS UNROLL
                        if (error_lane == place) {
                            assembled[place] = error;
                        } else if (error_lane == 0) {
                            assembled[place] = 0;
                        }
                    }
                    const bool last = index == C::CLASSES - 1;
                    if (trains && (last || error_lane == C::LANES - 1)) {
                        errors.write(assembled);
                    }
                    if (last) {
                        results.write(label_probability | ap_uint<32>(predicted) << 20);
                    }
                    error_lane =
                        error_lane == C::LANES - 1 ? Counter<C::LANES>(0) : Counter<C::LANES>(error_lane + 1);
                }
            }
        }
    }
}

// Gradient engine: adds every product of an error and the input it met, over the images of a mini-batch.
//
//   for each TRAIN command (one activation)
//     for image < images                          accumulate
//       for row < OUT_ROWS
//         for output < OUT_GROUPS
//           for input < IN_GROUPS * TAP_GROUPS    input group, tap group
//             for column < OUT_COLUMNS            one cycle each
//     for word < WORDS                            send, in store order
//       for part < PARTS                          one cycle each
//
// OUT_ROWS * OUT_GROUPS * IN_GROUPS * TAP_GROUPS * OUT_COLUMNS cycles an image; WORDS * PARTS cycles a mini-batch.
// Along a row each word's P_OUT * P_IN * P_TAP sums stay in registers; the memory is read at column 0 and written at
// the last column. An error word is taken with the first input and kept for the others.
#pragma once

#include "arithmetic.h"
#include "command.h"

template <typename C>
struct GradientShape {
    static constexpr int ELEMENTS = C::P_OUT * C::P_IN * C::P_TAP;  // of a weight word
    static constexpr int INPUTS = C::IN_GROUPS * C::TAP_GROUPS;
    static constexpr int WORDS = C::OUT_GROUPS * INPUTS;
    static constexpr int PARTS = ELEMENTS / C::UPDATE_LANES;
    static_assert(PARTS * C::UPDATE_LANES == ELEMENTS, "the update lanes divide the weight word");

    using Patch = hls::vector<ap_int<C::IN_WIDTH>, C::P_TAP * C::P_IN>;
    using Error = hls::vector<ap_int<C::ERROR_WIDTH>, C::P_OUT>;
    using Sums = hls::vector<ap_int<C::GRADIENT_WIDTH>, ELEMENTS>;
    using Part = hls::vector<ap_int<C::GRADIENT_WIDTH>, C::UPDATE_LANES>;
};

template <typename C>
void gradient_engine(hls::stream<Command>& command, hls::stream<typename GradientShape<C>::Patch>& patches,
                     hls::stream<typename GradientShape<C>::Error>& errors,
                     hls::stream<typename GradientShape<C>::Part>& gradients) {
    using S = GradientShape<C>;
    static typename S::Sums memory[S::WORDS];
#pragma HLS DEPENDENCE variable=memory inter distance=(S::WORDS-1)*C::OUT_COLUMNS+1 true
    static typename S::Error kept_errors[C::OUT_COLUMNS];
#pragma HLS DEPENDENCE variable=kept_errors inter distance=C::OUT_COLUMNS true

    const Command order = command.read();
    const ap_uint<16> images = command_trains(order) ? command_images(order) : ap_uint<16>(0);

    typename S::Sums sums;
    for (ap_uint<16> image = 0; image < images; ++image) {
        for (int row = 0; row < C::OUT_ROWS; ++row) {
            Counter<S::WORDS> word = 0;
            for (int output = 0; output < C::OUT_GROUPS; ++output) {
                for (int input = 0; input < S::INPUTS; ++input) {
                    for (int column = 0; column < C::OUT_COLUMNS; ++column) {
#pragma HLS PIPELINE II=1
                        const typename S::Patch patch = patches.read();
                        typename S::Error error;
                        if (input == 0) {
                            error = errors.read();
                        }
                        for (int out = 0; out < C::P_OUT; ++out) {
#pragma HLS UNROLL
                            if (input == 0) {
                                kept_errors[column][out] = error[out];
                            } else {
                                error[out] = kept_errors[column][out];
                            }
                        }
                        if (column == 0) {
                            sums = memory[word];
                        }
                        const bool starts = image == 0 && row == 0 && column == 0;
                        for (int out = 0; out < C::P_OUT; ++out) {
#pragma HLS UNROLL
                            for (int in = 0; in < C::P_IN; ++in) {
#pragma HLS UNROLL
                                for (int tap = 0; tap < C::P_TAP; ++tap) {
#pragma HLS UNROLL
                                    const int element = (out * C::P_IN + in) * C::P_TAP + tap;
                                    const ap_int<C::IN_WIDTH + C::ERROR_WIDTH> product =
                                        patch[tap * C::P_IN + in] * error[out];
                                    const ap_int<C::GRADIENT_WIDTH> base =
                                        starts ? ap_int<C::GRADIENT_WIDTH>(0) : sums[element];
                                    sums[element] = base + product;
                                }
                            }
                        }
                        if (column == C::OUT_COLUMNS - 1) {
                            memory[word] = sums;
                            word = word + 1;
                        }
                    }
                }
            }
        }
    }

    if (images != 0) {
        typename S::Sums rest;
        for (int word = 0; word < S::WORDS; ++word) {
            for (int part = 0; part < S::PARTS; ++part) {
#pragma HLS PIPELINE II=1
                if (part == 0) {
                    rest = memory[word];
                }
                typename S::Part sent;
                for (int lane = 0; lane < C::UPDATE_LANES; ++lane) {
#pragma HLS UNROLL
                    sent[lane] = rest[lane];
                }
                gradients.write(sent);
                for (int element = 0; element < S::ELEMENTS - C::UPDATE_LANES; ++element) {
#pragma HLS UNROLL
                    rest[element] = rest[element + C::UPDATE_LANES];
                }
            }
        }
    }
}

// Gradient engine: adds every product of an error and the input it met, over the images of a mini-batch.
//
//   for each TRAIN command (one activation)
//     for image < images                          accumulate
//       for row < OUT_ROWS
//         for output < OUT_GROUPS
//           for input < IN_GROUPS * TAP_GROUPS    input group, tap group
//             for sub < SUBS                      part of the word's lanes
//               for column < OUT_COLUMNS          one cycle each
//     for word < WORDS                            send, in store order
//       for part < PARTS                          one cycle each
//
// OUT_ROWS * OUT_GROUPS * IN_GROUPS * TAP_GROUPS * SUBS * OUT_COLUMNS cycles an image, SUBS = LANES / P_IN; WORDS * PARTS
// cycles a mini-batch. Along a row the P_OUT * P_IN * P_TAP sums of a word's part stay in registers; the memory, a bank
// for each part, is read at column 0 and written at the last column. An error word is taken with the first input and
// kept for the others. Sending, every cycle reads all of a word's banks and picks UPDATE_LANES sums.
#pragma once

#include "arithmetic.h"
#include "command.h"

template <typename C>
struct GradientShape {
    static_assert(C::LANES % C::P_IN == 0, "patches divide a word");
    static constexpr int SUBS = C::LANES / C::P_IN;
    static constexpr int RUN = C::P_IN * C::P_TAP;                   // elements of a part that lie together in the word
    static constexpr int ELEMENTS = C::P_OUT * C::LANES * C::P_TAP;  // of a weight word
    static constexpr int INPUTS = C::IN_GROUPS * C::TAP_GROUPS;
    static constexpr int WORDS = C::OUT_GROUPS * INPUTS;
    static constexpr int PARTS = ELEMENTS / C::UPDATE_LANES;
    static_assert(PARTS * C::UPDATE_LANES == ELEMENTS, "the update lanes divide the weight word");

    using Patch = hls::vector<ap_int<C::IN_WIDTH>, C::P_TAP * C::P_IN>;
    using Error = hls::vector<ap_int<C::ERROR_WIDTH>, C::P_OUT>;
    using Sums = hls::vector<ap_int<C::GRADIENT_WIDTH>, C::P_OUT * RUN>;
    using Part = hls::vector<ap_int<C::GRADIENT_WIDTH>, C::UPDATE_LANES>;
};

template <typename C>
void gradient_engine(hls::stream<Command>& command, hls::stream<typename GradientShape<C>::Patch>& patches,
                     hls::stream<typename GradientShape<C>::Error>& errors,
                     hls::stream<typename GradientShape<C>::Part>& gradients) {
    using S = GradientShape<C>;
    static typename S::Sums memory[S::SUBS][S::WORDS];
#pragma HLS ARRAY_PARTITION variable=memory dim=1 complete
#pragma HLS DEPENDENCE variable=memory inter distance=(S::WORDS*S::SUBS-1)*C::OUT_COLUMNS+1 true
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
                    for (int sub = 0; sub < S::SUBS; ++sub) {
                        for (int column = 0; column < C::OUT_COLUMNS; ++column) {
#pragma HLS PIPELINE II=1
                            const typename S::Patch patch = patches.read();
                            typename S::Error error;
                            if (input == 0 && sub == 0) {
                                error = errors.read();
                            }
                            for (int out = 0; out < C::P_OUT; ++out) {
#pragma HLS UNROLL
                                if (input == 0 && sub == 0) {
                                    kept_errors[column][out] = error[out];
                                } else {
                                    error[out] = kept_errors[column][out];
                                }
                            }
                            for (int bank = 0; bank < S::SUBS; ++bank) {
#pragma HLS UNROLL
                                if (column == 0 && sub == bank) {
                                    sums = memory[bank][word];
                                }
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
                            for (int bank = 0; bank < S::SUBS; ++bank) {
#pragma HLS UNROLL
                                if (column == C::OUT_COLUMNS - 1 && sub == bank) {
                                    memory[bank][word] = sums;
                                }
                            }
                            if (column == C::OUT_COLUMNS - 1 && sub == S::SUBS - 1) {
                                word = word + 1;
                            }
                        }
                    }
                }
            }
        }
    }

    if (images != 0) {
        for (int word = 0; word < S::WORDS; ++word) {
            for (int part = 0; part < S::PARTS; ++part) {
#pragma HLS PIPELINE II=1
                typename S::Sums stored[S::SUBS];
#pragma HLS ARRAY_PARTITION variable=stored dim=1 complete
                for (int bank = 0; bank < S::SUBS; ++bank) {
#pragma HLS UNROLL
                    stored[bank] = memory[bank][word];
                }
                typename S::Part sent;
                for (int lane = 0; lane < C::UPDATE_LANES; ++lane) {
#pragma HLS UNROLL
                    ap_int<C::GRADIENT_WIDTH> choices[S::PARTS];
#pragma HLS ARRAY_PARTITION variable=choices dim=1 complete
                    for (int other = 0; other < S::PARTS; ++other) {
#pragma HLS UNROLL
                        // Element (out * SUBS + bank) * RUN + place of the word is element out * RUN + place of a bank.
                        const int element = other * C::UPDATE_LANES + lane;
                        const int run = element / S::RUN;
                        choices[other] = stored[run % S::SUBS][run / S::SUBS * S::RUN + element % S::RUN];
                    }
                    sent[lane] = pick<S::PARTS, 0>(choices, Counter<S::PARTS>(part));
                }
                gradients.write(sent);
            }
        }
    }
}

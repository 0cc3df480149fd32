// What the weight stores share: shapes, and the loops of LOAD, DUMP and update over the store's memory.
//
// A word is kept in PARTS banks of UPDATE_LANES elements: bank `part` holds elements part * UPDATE_LANES and on. The
// engines' words are read from all banks at once; LOAD, DUMP and update touch one bank a cycle, and so keep registers
// of a bank's width only.
#pragma once

#include "arithmetic.h"
#include "command.h"
#include "threefry.h"

template <typename C>
struct StoreShape {
    static constexpr int ELEMENTS = C::P_OUT * C::P_IN * C::P_TAP;  // of a weight word
    static constexpr int WORDS = C::OUT_GROUPS * C::IN_GROUPS * C::TAP_GROUPS;
    static constexpr int MEMORY_WORDS = maximum_of(2, WORDS);  // one word would be a register, in which accesses meet
    static constexpr int PARTS = ELEMENTS / C::UPDATE_LANES;
    static_assert(PARTS * C::UPDATE_LANES == ELEMENTS, "the update lanes divide the weight word");

    // Words in store order as three nested counters below the output group, and the steps of the logical index
    // ((o * IN_CHANNELS + i) * KERNEL_ROWS + kernel_row) * KERNEL_COLUMNS + kernel_column that each makes.
    // Fully connected: map row, channel group, map column. Convolution: none, channel group, tap group.
    static constexpr int TAPS = C::KERNEL_ROWS * C::KERNEL_COLUMNS;
    static constexpr int MAP_ROWS = C::FLATTENED ? C::KERNEL_ROWS : 1;
    static constexpr int CHANNEL_GROUPS = C::FLATTENED ? C::MAP_GROUPS : C::IN_GROUPS;
    static constexpr int INNER = C::FLATTENED ? C::KERNEL_COLUMNS : C::TAP_GROUPS;
    static_assert(MAP_ROWS * CHANNEL_GROUPS * INNER == C::IN_GROUPS * C::TAP_GROUPS, "words of an output group");
    static constexpr int OUTPUT_STRIDE = C::P_OUT * C::IN_CHANNELS * TAPS;
    static constexpr int MAP_ROW_STRIDE = C::KERNEL_COLUMNS;
    static constexpr int CHANNEL_STRIDE = C::P_IN * TAPS;
    static constexpr int INNER_STRIDE = C::FLATTENED ? 1 : C::P_TAP;
    static constexpr int FIRST_INDEX = C::OUT_BASE * C::IN_CHANNELS * TAPS;

    using Word = hls::vector<ap_int<C::WEIGHT_WIDTH>, ELEMENTS>;
    using Weight = ap_int<C::WEIGHT_WIDTH>;
    using Bank = hls::vector<Weight, C::UPDATE_LANES>;
    using Memory = Bank[PARTS][MEMORY_WORDS];
    using Part = hls::vector<ap_int<C::GRADIENT_WIDTH>, C::UPDATE_LANES>;
    using Offset = ap_uint<clog2(OUTPUT_STRIDE + 1)>;  // of an index within a word
    using Credits = ap_uint<clog2(C::CREDITS + 1)>;
};

// Logical index of element (output * P_IN + channel) * P_TAP + tap, from that of the word's first element.
template <typename C>
constexpr int store_index_offset(int element) {
    using S = StoreShape<C>;
    const int tap = element % C::P_TAP;
    const int channel = element / C::P_TAP % C::P_IN;
    const int output = element / (C::P_TAP * C::P_IN);
    return (output * C::IN_CHANNELS + channel) * S::TAPS + tap;
}

// A whole word.
template <typename C>
typename StoreShape<C>::Word store_word(const typename StoreShape<C>::Memory& memory,
                                        const Counter<StoreShape<C>::WORDS>& word) {
#pragma HLS INLINE
    typename StoreShape<C>::Word whole;
    for (int element = 0; element < StoreShape<C>::ELEMENTS; ++element) {
#pragma HLS UNROLL
        whole[element] = memory[element / C::UPDATE_LANES][word][element % C::UPDATE_LANES];
    }
    return whole;
}

// One bank of a word.
template <typename C>
typename StoreShape<C>::Bank store_part(const typename StoreShape<C>::Memory& memory,
                                        const Counter<StoreShape<C>::WORDS>& word,
                                        const Counter<StoreShape<C>::PARTS>& part) {
#pragma HLS INLINE
    typename StoreShape<C>::Bank banks[StoreShape<C>::PARTS];
#pragma HLS ARRAY_PARTITION variable=banks dim=1 complete
    for (int other = 0; other < StoreShape<C>::PARTS; ++other) {
#pragma HLS UNROLL
        banks[other] = memory[other][word];
    }
    typename StoreShape<C>::Bank chosen;
    for (int lane = 0; lane < C::UPDATE_LANES; ++lane) {
#pragma HLS UNROLL
        typename StoreShape<C>::Weight choices[StoreShape<C>::PARTS];
#pragma HLS ARRAY_PARTITION variable=choices dim=1 complete
        for (int other = 0; other < StoreShape<C>::PARTS; ++other) {
#pragma HLS UNROLL
            choices[other] = banks[other][lane];
        }
        chosen[lane] = pick<StoreShape<C>::PARTS, 0>(choices, part);
    }
    return chosen;
}

template <typename C>
void store_keep(typename StoreShape<C>::Memory& memory, const Counter<StoreShape<C>::WORDS>& word,
                const Counter<StoreShape<C>::PARTS>& part, const typename StoreShape<C>::Bank& bank) {
#pragma HLS INLINE
    const ap_uint<StoreShape<C>::PARTS> chosen = ap_uint<StoreShape<C>::PARTS>(1) << part;
    for (int other = 0; other < StoreShape<C>::PARTS; ++other) {
#pragma HLS UNROLL
        if (chosen[other]) {
            memory[other][word] = bank;
        }
    }
}

// LOAD: for each word, for each part, for each lane: one cycle.
template <typename C>
void store_load(typename StoreShape<C>::Memory& memory, hls::stream<typename StoreShape<C>::Weight>& load) {
#pragma HLS INLINE
    using S = StoreShape<C>;
    typename S::Bank assembled;
    for (int word = 0; word < S::WORDS; ++word) {
        for (int part = 0; part < S::PARTS; ++part) {
            for (int lane = 0; lane < C::UPDATE_LANES; ++lane) {
#pragma HLS PIPELINE II=1
                for (int place = 0; place < C::UPDATE_LANES - 1; ++place) {
#pragma HLS UNROLL
                    assembled[place] = assembled[place + 1];
                }
                assembled[C::UPDATE_LANES - 1] = load.read();
                if (lane == C::UPDATE_LANES - 1) {
                    store_keep<C>(memory, word, part, assembled);
                }
            }
        }
    }
}

// DUMP: for each word, for each part, for each lane: one cycle.
template <typename C>
void store_dump(const typename StoreShape<C>::Memory& memory, hls::stream<typename StoreShape<C>::Weight>& dump) {
#pragma HLS INLINE
    using S = StoreShape<C>;
    typename S::Bank rest;
    for (int word = 0; word < S::WORDS; ++word) {
        for (int part = 0; part < S::PARTS; ++part) {
            for (int lane = 0; lane < C::UPDATE_LANES; ++lane) {
#pragma HLS PIPELINE II=1
                if (lane == 0) {
                    rest = store_part<C>(memory, word, part);
                }
                dump.write(rest[0]);
                for (int place = 0; place < C::UPDATE_LANES - 1; ++place) {
#pragma HLS UNROLL
                    rest[place] = rest[place + 1];
                }
            }
        }
    }
}

// One weight: w - (gradient * rate + R) / 2^SHIFT, floored, saturated; R uniform in [0, 2^SHIFT).
template <typename C>
typename StoreShape<C>::Weight store_updated(const typename StoreShape<C>::Weight& weight,
                                             const ap_int<C::GRADIENT_WIDTH>& gradient, const ap_uint<16>& rate,
                                             const ap_uint<32>& random) {
#pragma HLS INLINE
    static_assert(C::SHIFT > 0, "the step is finer than a weight");
    constexpr int DELTA_WIDTH = maximum_of(C::GRADIENT_WIDTH + 17, C::SHIFT + 2);
    const ap_int<DELTA_WIDTH> delta = gradient * rate;
    ap_uint<C::SHIFT> dither;
    if constexpr (C::SHIFT >= 32) {
        dither = ap_uint<C::SHIFT>(random) << (C::SHIFT - 32);
    } else {
        dither = random >> (32 - C::SHIFT);
    }
    const ap_int<DELTA_WIDTH + 1> step = (delta + dither) >> C::SHIFT;
    const ap_int<maximum_of(DELTA_WIDTH + 1, C::WEIGHT_WIDTH) + 1> moved = weight - step;
    return saturate<C::WEIGHT_WIDTH>(moved);
}

// Update: for each word (output group, map row, channel group, inner), for each part: one cycle, UPDATE_LANES weights.
// A bank's word is read and written once in the whole update, so that no cycle waits for another one's writing.
// Padding weights stay 0 by themselves: their gradients are exactly 0, and 0 + R is always less than one step.
template <typename C>
void store_update(typename StoreShape<C>::Memory& memory, hls::stream<typename StoreShape<C>::Part>& gradients,
                  const Command& order) {
#pragma HLS INLINE
    using S = StoreShape<C>;
    const ap_uint<32> seed = command_seed(order);
    const ap_uint<32> step = command_step(order);
    const ap_uint<16> rate = command_learning_rate(order);
    Counter<S::WORDS> word = 0;
    // The word's first index; the counters around it are kept as bases, so that each step is one addition.
    ap_uint<32> output_index = S::FIRST_INDEX;
    for (int output = 0; output < C::OUT_GROUPS; ++output) {
        ap_uint<32> row_index = output_index;
        for (int map_row = 0; map_row < S::MAP_ROWS; ++map_row) {
            ap_uint<32> channel_index = row_index;
            for (int channel = 0; channel < S::CHANNEL_GROUPS; ++channel) {
                ap_uint<32> index = channel_index;
                for (int inner = 0; inner < S::INNER; ++inner) {
                    for (int part = 0; part < S::PARTS; ++part) {
#pragma HLS PIPELINE II=1
                        const typename S::Bank old = store_part<C>(memory, word, part);
                        const typename S::Part gradient = gradients.read();
                        typename S::Bank updated;
                        for (int lane = 0; lane < C::UPDATE_LANES; ++lane) {
#pragma HLS UNROLL
                            typename S::Offset offsets[S::PARTS];
#pragma HLS ARRAY_PARTITION variable=offsets dim=1 complete
                            for (int other = 0; other < S::PARTS; ++other) {
#pragma HLS UNROLL
                                offsets[other] = store_index_offset<C>(other * C::UPDATE_LANES + lane);
                            }
                            const ap_uint<32> counter = index + pick<S::PARTS, 0>(offsets, Counter<S::PARTS>(part));
                            const ap_uint<32> random = threefry(seed, step, counter, C::LAYER);
                            updated[lane] = store_updated<C>(old[lane], gradient[lane], rate, random);
                        }
                        store_keep<C>(memory, word, part, updated);
                        if (part == S::PARTS - 1) {
                            word = word + 1;
                            index = index + S::INNER_STRIDE;
                        }
                    }
                }
                channel_index = channel_index + S::CHANNEL_STRIDE;
            }
            row_index = row_index + S::MAP_ROW_STRIDE;
        }
        output_index = output_index + S::OUTPUT_STRIDE;
    }
}

// A stored word in the order and wiring of the backward engine: outputs and inputs swap, taps turn around.
template <typename C>
typename StoreShape<C>::Word store_backward_word(const typename StoreShape<C>::Word& stored) {
#pragma HLS INLINE
    typename StoreShape<C>::Word turned;
    for (int in = 0; in < C::P_IN; ++in) {
#pragma HLS UNROLL
        for (int out = 0; out < C::P_OUT; ++out) {
#pragma HLS UNROLL
            for (int tap = 0; tap < C::P_TAP; ++tap) {
#pragma HLS UNROLL
                turned[(in * C::P_OUT + out) * C::P_TAP + tap] =
                    stored[(out * C::P_IN + in) * C::P_TAP + (C::P_TAP - 1 - tap)];
            }
        }
    }
    return turned;
}

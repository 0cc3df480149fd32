// Weight store of a slice: keeps the weights, serves the forward and the backward engine, updates after a mini-batch.
//
//   for each command (one activation)
//     LOAD, DUMP:    for word < WORDS, for part, for lane                      one cycle each
//     TRAIN, INFER:  until forward has images * FORWARD_PASSES * WORDS words
//                    and (TRAIN) backward images * BACKWARD_PASSES * WORDS     up to one word each a cycle
//     TRAIN, then:   for word < WORDS, for part                                one cycle each, UPDATE_LANES weights
//
// One loop serves both engines, each as long as it has credits (room in its FIFO), so that neither blocks the other.
// Forward words go in store order. Backward: for ig, for og, for tg: word (og * IN_GROUPS + ig) * TAP_GROUPS +
// TAP_GROUPS - 1 - tg. Each bank of the memory has two ports: two reads while serving, a read and a write in the update.
#pragma once

#include "weight_memory.h"

template <typename C>
void weight_store(hls::stream<Command>& command, hls::stream<typename StoreShape<C>::Weight>& load,
                  hls::stream<typename StoreShape<C>::Weight>& dump,
                  hls::stream<typename StoreShape<C>::Part>& gradients,
                  hls::stream<typename StoreShape<C>::Word>& forward, hls::stream<ap_uint<1>>& forward_freed,
                  hls::stream<typename StoreShape<C>::Word>& backward, hls::stream<ap_uint<1>>& backward_freed) {
    using S = StoreShape<C>;
    constexpr int FORWARD_WORDS = C::FORWARD_PASSES * S::WORDS;
    constexpr int BACKWARD_WORDS = C::BACKWARD_PASSES * S::WORDS;
    static typename S::Bank memory[S::PARTS][S::MEMORY_WORDS];
#pragma HLS ARRAY_PARTITION variable=memory dim=1 complete
#pragma HLS DEPENDENCE variable=memory inter false
    static typename S::Credits forward_credits = C::CREDITS;
    static typename S::Credits backward_credits = C::CREDITS;

    const Command order = command.read();
    const ap_uint<4> operation = command_operation(order);
    if (operation == OP_LOAD) {
        store_load<C>(memory, load);
    } else if (operation == OP_DUMP) {
        store_dump<C>(memory, dump);
    } else {
        const ap_uint<16> images = command_images(order);
        ap_uint<16 + clog2(FORWARD_WORDS + 1)> forward_left = images * ap_uint<clog2(FORWARD_WORDS + 1)>(FORWARD_WORDS);
        ap_uint<16 + clog2(BACKWARD_WORDS + 1)> backward_left = 0;
        if (command_trains(order)) {
            backward_left = images * ap_uint<clog2(BACKWARD_WORDS + 1)>(BACKWARD_WORDS);
        }
        Counter<S::WORDS> forward_word = 0;
        Counter<S::WORDS> backward_word = C::TAP_GROUPS - 1;
        Counter<C::TAP_GROUPS> backward_tap = 0;
        Counter<C::OUT_GROUPS> backward_output = 0;
        Counter<C::IN_GROUPS> backward_input = 0;
        while (forward_left != 0 || backward_left != 0) {
#pragma HLS PIPELINE II=1
            const bool forward_goes = forward_left != 0 && forward_credits != 0;
            const bool backward_goes = backward_left != 0 && backward_credits != 0;
            const typename S::Word forward_next = store_word<C>(memory, forward_word);
            const typename S::Word backward_next = store_backward_word<C>(store_word<C>(memory, backward_word));
            if (forward_goes) {
                forward.write(forward_next);
                const bool ends = forward_word == S::WORDS - 1;
                forward_word = ends ? Counter<S::WORDS>(0) : Counter<S::WORDS>(forward_word + 1);
                forward_left = forward_left - 1;
            }
            if (backward_goes) {
                backward.write(backward_next);
                backward_left = backward_left - 1;
                const bool taps_end = backward_tap == C::TAP_GROUPS - 1;
                const bool outputs_end = taps_end && backward_output == C::OUT_GROUPS - 1;
                const bool inputs_end = outputs_end && backward_input == C::IN_GROUPS - 1;
                // Down the taps; up to the next output group's last tap; back to output group 0 of the next input.
                constexpr int OUTPUT_STEP = C::IN_GROUPS * C::TAP_GROUPS + C::TAP_GROUPS - 1;
                constexpr int INPUT_STEP = (C::OUT_GROUPS - 1) * C::IN_GROUPS * C::TAP_GROUPS - (2 * C::TAP_GROUPS - 1);
                if (inputs_end) {
                    backward_word = C::TAP_GROUPS - 1;
                } else if (outputs_end) {
                    backward_word = backward_word - INPUT_STEP;
                } else if (taps_end) {
                    backward_word = backward_word + OUTPUT_STEP;
                } else {
                    backward_word = backward_word - 1;
                }
                backward_tap = taps_end ? Counter<C::TAP_GROUPS>(0) : Counter<C::TAP_GROUPS>(backward_tap + 1);
                if (taps_end) {
                    backward_output =
                        outputs_end ? Counter<C::OUT_GROUPS>(0) : Counter<C::OUT_GROUPS>(backward_output + 1);
                }
                if (outputs_end) {
                    backward_input = inputs_end ? Counter<C::IN_GROUPS>(0) : Counter<C::IN_GROUPS>(backward_input + 1);
                }
            }
            ap_uint<1> freed;
            const bool forward_gains = forward_freed.read_nb(freed);
            const bool backward_gains = backward_freed.read_nb(freed);
            forward_credits = forward_credits + (forward_gains ? 1 : 0) - (forward_goes ? 1 : 0);
            backward_credits = backward_credits + (backward_gains ? 1 : 0) - (backward_goes ? 1 : 0);
        }
        if (command_trains(order) && images != 0) {
            store_update<C>(memory, gradients, order);
        }
    }
}

// Weight store of a slice of the first layer, which sends no errors down: no backward engine to serve.
//
//   for each command (one activation)
//     LOAD, DUMP:    for word < WORDS, for part, for lane                      one cycle each
//     TRAIN, INFER:  until forward has images * FORWARD_PASSES * WORDS words   up to one word a cycle
//     TRAIN, then:   for word < WORDS, for part                                one cycle each, UPDATE_LANES weights
//
// Words go in store order, as long as the engine has credits (room in its FIFO).
#pragma once

#include "weight_memory.h"

template <typename C>
void weight_store_first(hls::stream<Command>& command, hls::stream<typename StoreShape<C>::Weight>& load,
                        hls::stream<typename StoreShape<C>::Weight>& dump,
                        hls::stream<typename StoreShape<C>::Part>& gradients,
                        hls::stream<typename StoreShape<C>::Word>& forward, hls::stream<ap_uint<1>>& forward_freed) {
    using S = StoreShape<C>;
    constexpr int FORWARD_WORDS = C::FORWARD_PASSES * S::WORDS;
    static typename S::Bank memory[S::PARTS][S::MEMORY_WORDS];
#pragma HLS ARRAY_PARTITION variable=memory dim=1 complete
#pragma HLS DEPENDENCE variable=memory inter false
    static typename S::Credits forward_credits = C::CREDITS;

    const Command order = command.read();
    const ap_uint<4> operation = command_operation(order);
    if (operation == OP_LOAD) {
        store_load<C>(memory, load);
    } else if (operation == OP_DUMP) {
        store_dump<C>(memory, dump);
    } else {
        const ap_uint<16> images = command_images(order);
        ap_uint<16 + clog2(FORWARD_WORDS + 1)> forward_left = images * ap_uint<clog2(FORWARD_WORDS + 1)>(FORWARD_WORDS);
        Counter<S::WORDS> forward_word = 0;
        while (forward_left != 0) {
#pragma HLS PIPELINE II=1
            const bool forward_goes = forward_credits != 0;
            const typename S::Word forward_next = store_word<C>(memory, forward_word);
            if (forward_goes) {
                forward.write(forward_next);
                const bool ends = forward_word == S::WORDS - 1;
                forward_word = ends ? Counter<S::WORDS>(0) : Counter<S::WORDS>(forward_word + 1);
                forward_left = forward_left - 1;
            }
            ap_uint<1> freed;
            const bool forward_gains = forward_freed.read_nb(freed);
            forward_credits = forward_credits + (forward_gains ? 1 : 0) - (forward_goes ? 1 : 0);
        }
        if (command_trains(order) && images != 0) {
            store_update<C>(memory, gradients, order);
        }
    }
}

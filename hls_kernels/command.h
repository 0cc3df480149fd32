// The host's command word: bits 0..3 operation, 16..31 images, 32..63 seed, 64..95 step, 96..111 raw learning rate.
#pragma once

#include <ap_int.h>

using Command = ap_uint<128>;

constexpr int OP_LOAD = 1;
constexpr int OP_TRAIN = 2;
constexpr int OP_INFER = 3;
constexpr int OP_DUMP = 4;

inline ap_uint<4> command_operation(const Command& command) {
#pragma HLS INLINE
    return command.range(3, 0);
}

inline bool command_trains(const Command& command) {
#pragma HLS INLINE
    return command_operation(command) == OP_TRAIN;
}

// Images that pass the engines: those of TRAIN and INFER; none for LOAD and DUMP.
inline ap_uint<16> command_images(const Command& command) {
#pragma HLS INLINE
    const ap_uint<4> operation = command_operation(command);
    const ap_uint<16> images = command.range(31, 16);
    return operation == OP_TRAIN || operation == OP_INFER ? images : ap_uint<16>(0);
}

inline ap_uint<32> command_seed(const Command& command) {
#pragma HLS INLINE
    return command.range(63, 32);
}

inline ap_uint<32> command_step(const Command& command) {
#pragma HLS INLINE
    return command.range(95, 64);
}

inline ap_uint<16> command_learning_rate(const Command& command) {
#pragma HLS INLINE
    return command.range(111, 96);
}

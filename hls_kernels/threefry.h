// Threefry-2x32 with 13 rounds (Salmon et al., SC 2011): a counter-based random generator of 32-bit additions,
// rotations and exclusive-ors only. No state and no feedback, so it pipelines to one number a cycle.
#pragma once

#include <ap_int.h>

constexpr int THREEFRY_ROUNDS = 13;
constexpr int THREEFRY_ROTATIONS[8] = {13, 15, 26, 6, 17, 29, 16, 24};

template <int BITS>
ap_uint<32> rotate_left(const ap_uint<32>& value) {
#pragma HLS INLINE
    return (value << BITS) | (value >> (32 - BITS));
}

// Rounds ROUND .. THREEFRY_ROUNDS - 1; after every fourth the key is added.
template <int ROUND>
ap_uint<32> threefry_rounds(const ap_uint<32>& x0, const ap_uint<32>& x1, const ap_uint<32> (&key)[3]) {
#pragma HLS INLINE
    if constexpr (ROUND == THREEFRY_ROUNDS) {
        return x0;
    } else {
        ap_uint<32> y0 = x0 + x1;
        ap_uint<32> y1 = rotate_left<THREEFRY_ROTATIONS[ROUND % 8]>(x1) ^ y0;
        if constexpr (ROUND % 4 == 3) {
            constexpr int INJECTION = (ROUND + 1) / 4;
            y0 = y0 + key[INJECTION % 3];
            y1 = y1 + key[(INJECTION + 1) % 3] + INJECTION;
        }
        return threefry_rounds<ROUND + 1>(y0, y1, key);
    }
}

// First word of the block cipher of (counter0, counter1) under (key0, key1).
inline ap_uint<32> threefry(const ap_uint<32>& key0, const ap_uint<32>& key1, const ap_uint<32>& counter0,
                            const ap_uint<32>& counter1) {
#pragma HLS INLINE
    const ap_uint<32> key[3] = {key0, key1, ap_uint<32>(0x1BD11BDA) ^ key0 ^ key1};
    const ap_uint<32> x0 = counter0 + key0;
    const ap_uint<32> x1 = counter1 + key1;
    return threefry_rounds<0>(x0, x1, key);
}

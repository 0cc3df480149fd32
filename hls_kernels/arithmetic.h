// Arithmetic and small types that several processes share.
#pragma once

#include <ap_int.h>
#include <hls_stream.h>
#include <hls_vector.h>

// Least n with 2^n >= value.
constexpr int clog2(int value) {
    int bits = 0;
    while ((1LL << bits) < value) {
        ++bits;
    }
    return bits;
}

constexpr int maximum_of(int a, int b) { return a > b ? a : b; }
constexpr int minimum_of(int a, int b) { return a < b ? a : b; }
constexpr int ceil_divide(int a, int b) { return (a + b - 1) / b; }

// Counts 0 .. LIMIT - 1.
template <int LIMIT>
using Counter = ap_uint<maximum_of(1, clog2(LIMIT))>;

// The nearest value that OUT_WIDTH bits hold.
template <int OUT_WIDTH, int WIDTH>
ap_int<OUT_WIDTH> saturate(const ap_int<WIDTH>& value) {
#pragma HLS INLINE
    if constexpr (WIDTH <= OUT_WIDTH) {
        return value;
    } else {
        const ap_int<WIDTH> most = (ap_int<WIDTH>(1) << (OUT_WIDTH - 1)) - 1;
        const ap_int<WIDTH> least = -(ap_int<WIDTH>(1) << (OUT_WIDTH - 1));
        const ap_int<WIDTH> bounded = value > most ? most : value < least ? least : value;
        return bounded;
    }
}

// saturate((value + 2^(SHIFT-1)) >> SHIFT): adding the highest dropped bit after the shift is the same, and cannot
// overflow.
template <int OUT_WIDTH, int SHIFT, int WIDTH>
ap_int<OUT_WIDTH> round_saturate(const ap_int<WIDTH>& value) {
#pragma HLS INLINE
    static_assert(SHIFT >= 0 && SHIFT <= WIDTH, "the shift must lie within the value");
    if constexpr (SHIFT == 0) {
        return saturate<OUT_WIDTH>(value);
    } else {
        const ap_int<WIDTH + 1> shifted = value >> SHIFT;
        const ap_uint<1> half = value[SHIFT - 1];
        const ap_int<WIDTH + 1> rounded = shifted + half;
        return saturate<OUT_WIDTH>(rounded);
    }
}

// Exact sum of terms[FIRST .. FIRST + COUNT - 1] as a balanced tree, one bit wider at each level.
template <int COUNT, int FIRST, int WIDTH, int SIZE>
ap_int<WIDTH + clog2(COUNT)> tree_sum(const ap_int<WIDTH> (&terms)[SIZE]) {
#pragma HLS INLINE
    if constexpr (COUNT == 1) {
        return terms[FIRST];
    } else {
        constexpr int HIGH = COUNT / 2;
        constexpr int LOW = COUNT - HIGH;
        return tree_sum<LOW, FIRST>(terms) + tree_sum<HIGH, FIRST + LOW>(terms);
    }
}

// from[FIRST + index], for 0 <= index < COUNT, by a tree that takes one bit of the index at each level.
template <int COUNT, int FIRST, typename T, int SIZE, int WIDTH>
T pick(const T (&from)[SIZE], const ap_uint<WIDTH>& index) {
#pragma HLS INLINE
    if constexpr (COUNT == 1) {
        return from[FIRST];
    } else {
        constexpr int BIT = clog2(COUNT) - 1;
        const T low = pick<1 << BIT, FIRST>(from, index);
        const T high = pick<COUNT - (1 << BIT), FIRST + (1 << BIT)>(from, index);
        return index[BIT] ? high : low;
    }
}

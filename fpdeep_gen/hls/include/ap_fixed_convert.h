// From one fixed-point format to another: quantisation of the bits below, overflow of the bits above.
#pragma once
#include "hls_operand.h"

enum ap_q_mode {
    AP_RND,          // half a unit is added, then floor
    AP_RND_ZERO,     // to the nearest, halves towards zero
    AP_RND_MIN_INF,  // to the nearest, halves down
    AP_RND_INF,      // to the nearest, halves away from zero
    AP_RND_CONV,     // to the nearest, halves to even
    AP_TRN,          // floor
    AP_TRN_ZERO,     // towards zero
};
enum ap_o_mode {
    AP_SAT,       // to the nearest end of the range
    AP_SAT_ZERO,  // to zero
    AP_SAT_SYM,   // as AP_SAT, with the lowest value left out
    AP_WRAP,      // the upper bits are dropped (the top N ones saturate)
    AP_WRAP_SM,   // the same in sign and magnitude
};
#define SC_RND AP_RND
#define SC_RND_ZERO AP_RND_ZERO
#define SC_RND_MIN_INF AP_RND_MIN_INF
#define SC_RND_INF AP_RND_INF
#define SC_RND_CONV AP_RND_CONV
#define SC_TRN AP_TRN
#define SC_TRN_ZERO AP_TRN_ZERO
#define SC_SAT AP_SAT
#define SC_SAT_ZERO AP_SAT_ZERO
#define SC_SAT_SYM AP_SAT_SYM
#define SC_WRAP AP_WRAP
#define SC_WRAP_SM AP_WRAP_SM

namespace hls_detail {

constexpr int greatest(int a, int b, int c) { return max(a, max(b, c)); }

// W2 bits with F2 of them behind the point to units of 2^-F: exact, one bit wider than the integer part needs.
template <int F, ap_q_mode Q, int W2, int F2, bool S2> constexpr auto quantise(raw_t<W2, S2> value) {
    if constexpr (F2 <= F) {
        return (signed _BitInt(W2 + F - F2 + 2))((signed _BitInt(W2 + F - F2 + 2))value << (F - F2));
    } else {
        constexpr int shift = F2 - F, kept = max(W2 - shift, 0) + 3;
        using wide = signed _BitInt(max(W2, shift) + 2);
        using narrow = signed _BitInt(kept);
        const wide v = (wide)value;
        const narrow floor = (narrow)(v >> shift);
        if constexpr (Q == AP_TRN || (Q == AP_TRN_ZERO && !S2)) {
            return floor;
        } else {
            const bool half = (unsigned _BitInt(1))(v >> (shift - 1)) != 0;
            const bool negative = S2 && v < 0;
            bool rest = false;
            if constexpr (shift > 1) rest = (unsigned _BitInt(shift - 1))v != 0;
            bool up = half;
            if constexpr (Q == AP_RND_ZERO) up = half && (negative || rest);
            if constexpr (Q == AP_RND_MIN_INF) up = half && rest;
            if constexpr (Q == AP_RND_INF) up = half && (!negative || rest);
            if constexpr (Q == AP_RND_CONV) up = half && ((unsigned _BitInt(1))floor != 0 || rest);
            if constexpr (Q == AP_TRN_ZERO) up = negative && (half || rest);
            return (narrow)(floor + (narrow)(unsigned _BitInt(1))up);
        }
    }
}

template <int W, bool S> constexpr raw_t<W, S> highest() {
    return (raw_t<W, S>)((unsigned _BitInt(W + 1))(unsigned _BitInt(W))(~(unsigned _BitInt(W))0) >> (S ? 1 : 0));
}
template <int W, bool S> constexpr raw_t<W, S> lowest() {
    return S ? wrap<W, S>((unsigned _BitInt(W))((unsigned _BitInt(W))1 << (W - 1))) : (raw_t<W, S>)0;
}

// Bits from..to of a value all set (or all cleared).
template <int W> constexpr unsigned _BitInt(W) fill(unsigned _BitInt(W) value, int from, int to, bool bit) {
    using bits_t = unsigned _BitInt(W);
    if (to < from) return value;
    const bits_t field = (bits_t)((bits_t)((bits_t)(~(bits_t)0) >> (W - 1 - to + from)) << from);
    return bit ? (bits_t)(value | field) : (bits_t)(value & (bits_t)~field);
}

// What a value that does not fit becomes in the wrapping modes. `lost`: the first bit of the source that was dropped.
template <int W, bool S, ap_o_mode O, int N>
constexpr raw_t<W, S> wrap_around(unsigned _BitInt(W) value, bool negative, bool lost) {
    using bits_t = unsigned _BitInt(W);
    const bool top = (unsigned _BitInt(1))(value >> (W - 1)) != 0;
    bits_t result = value;
    if constexpr (O == AP_WRAP && S) {
        result = fill<W>(fill<W>(value, W - 1, W - 1, negative), W - N, W - 2, !negative);
    } else if constexpr (O == AP_WRAP) {
        result = fill<W>(value, W - N, W - 1, true);
    } else if constexpr (N == 0) {
        if (lost != top) result = fill<W>((bits_t)~value, W - 1, W - 1, lost);
    } else if constexpr (N == 1) {
        if (negative != top) result = (bits_t)~value;
        result = fill<W>(result, W - 1, W - 1, negative);
    } else {
        const bool upper = (unsigned _BitInt(1))(value >> (W - N)) != 0;
        if (upper == negative) result = (bits_t)~value;
        result = fill<W>(fill<W>(result, W - N, W - 2, !negative), W - 1, W - 1, negative);
    }
    return wrap<W, S>(result);
}

// W bits, I of them before the point, from W2 bits with I2 before the point.
template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N, int W2, int I2, bool S2>
constexpr raw_t<W, S> convert(raw_t<W2, S2> value) {
    static_assert(S || O != AP_WRAP_SM, "AP_WRAP_SM is for signed fixed-point types");
    constexpr int F = W - I, F2 = W2 - I2;
    const auto exact = quantise<F, Q, W2, F2, S2>(value);
    const auto wrapped = wrap<W, S>(exact);
    constexpr bool rounds = F2 > F && !(Q == AP_TRN || (Q == AP_TRN_ZERO && !S2));
    constexpr bool fits = !(!S && S2) && I - S >= I2 - S2 + (rounds || (S2 && O == AP_SAT_SYM));
    if constexpr ((O == AP_WRAP && N == 0) || fits) {
        return wrapped;
    } else {
        using wide = signed _BitInt(greatest(W, W2, W2 + F - F2) + 4);
        constexpr raw_t<W, S> high = highest<W, S>(), low = lowest<W, S>();
        constexpr wide least = (wide)low + (O == AP_SAT_SYM && S && S2 && W > 1 ? 1 : 0);
        const bool over = (wide)exact > (wide)high, under = (wide)exact < least;
        if constexpr (O == AP_SAT_ZERO) {
            return over || under ? (raw_t<W, S>)0 : wrapped;
        } else if constexpr (O == AP_SAT || O == AP_SAT_SYM) {
            return over ? high : under ? wrap<W, S>(least) : wrapped;
        } else {
            constexpr int dropped = F2 - F + W;
            bool lost = false;
            if constexpr (dropped >= 0 && dropped < W2) lost = (unsigned _BitInt(1))(value >> dropped) != 0;
            return over || under ? wrap_around<W, S, O, N>((unsigned _BitInt(W))exact, under, lost) : wrapped;
        }
    }
}

}  // namespace hls_detail

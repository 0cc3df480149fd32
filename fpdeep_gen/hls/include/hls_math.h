// Mathematics on ap_int, ap_fixed and native integers that has hardware without floating point. Shared by both sides.
#pragma once
#include <ap_fixed.h>
#include <ap_int.h>
#include <cmath>

namespace hls {

template <typename T> T abs(T v) { return v < 0 ? T(-v) : v; }
template <typename T> T fabs(T v) { return hls::abs(v); }
template <typename T> T max(T a, T b) { return a > b ? a : b; }
template <typename T> T min(T a, T b) { return a < b ? a : b; }
template <typename T> T fmax(T a, T b) { return hls::max(a, b); }
template <typename T> T fmin(T a, T b) { return hls::min(a, b); }
template <typename T> bool signbit(T v) { return v < 0; }
template <typename T> T copysign(T v, T sign) { return (v < 0) != (sign < 0) ? T(-v) : v; }

namespace detail {

// floor(sqrt(value)) of W bits, two at a step.
template <int W> ap_uint<(W + 1) / 2> square_root(ap_uint<W> value) {
    constexpr int steps = (W + 1) / 2;
    ap_uint<2 * steps> bits = value;
    ap_uint<steps> root = 0;
    ap_uint<steps + 2> rest = 0;
    for (int i = steps - 1; i >= 0; i--) {
#pragma HLS UNROLL
        rest = (rest << 2) | ap_uint<steps + 2>((bits >> (2 * i)) & 3);
        const ap_uint<steps + 2> trial = (ap_uint<steps + 2>(root) << 2) | 1;
        root = root << 1;
        if (rest >= trial) {
            rest = rest - trial;
            root = root | 1;
        }
    }
    return root;
}

}  // namespace detail

// Towards zero; 0 of a negative value.
template <int W> ap_uint<W> sqrt(ap_uint<W> v) { return detail::square_root<W>(v); }
template <int W> ap_int<W> sqrt(ap_int<W> v) { return v < 0 ? ap_int<W>(0) : ap_int<W>(detail::square_root<W>(ap_uint<W>(v))); }
inline int sqrt(int v) { return v < 0 ? 0 : int(detail::square_root<32>(ap_uint<32>(v))); }
inline unsigned sqrt(unsigned v) { return unsigned(detail::square_root<32>(ap_uint<32>(v))); }

#define HLS_FIXED_FUNCTIONS(NAME)                                                                                  \
    template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> NAME<W, I, Q, O, N> sqrt(NAME<W, I, Q, O, N> v) {     \
        static_assert(I >= 0 && I <= W, "hls::sqrt takes a fixed-point type whose point lies within it");          \
        constexpr int F = W - I;                                                                                   \
        NAME<W, I, Q, O, N> root = 0;                                                                              \
        if (v < 0) return root;                                                                                    \
        const ap_uint<W + F> square = ap_uint<W + F>(ap_uint<W>(v.range(W - 1, 0))) << F;                          \
        root.range(W - 1, 0) = ap_uint<W>(detail::square_root<W + F>(square));                                     \
        return root;                                                                                               \
    }                                                                                                              \
    template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> NAME<W, I, Q, O, N> floor(NAME<W, I, Q, O, N> v) {    \
        return NAME<(I > 0 ? I : 1), (I > 0 ? I : 1), AP_TRN>(v);                                                  \
    }                                                                                                              \
    template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> NAME<W, I, Q, O, N> trunc(NAME<W, I, Q, O, N> v) {    \
        return NAME<(I > 0 ? I : 1), (I > 0 ? I : 1), AP_TRN_ZERO>(v);                                             \
    }                                                                                                              \
    template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> NAME<W, I, Q, O, N> ceil(NAME<W, I, Q, O, N> v) {     \
        return -ap_fixed<(I > 0 ? I : 1) + 2, (I > 0 ? I : 1) + 2, AP_TRN>(-v);                                    \
    }                                                                                                              \
    template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> NAME<W, I, Q, O, N> round(NAME<W, I, Q, O, N> v) {    \
        return NAME<(I > 0 ? I : 1) + 1, (I > 0 ? I : 1) + 1, AP_RND_INF>(v);                                      \
    }
HLS_FIXED_FUNCTIONS(ap_fixed)
HLS_FIXED_FUNCTIONS(ap_ufixed)
#undef HLS_FIXED_FUNCTIONS

}  // namespace hls

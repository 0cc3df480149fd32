// Limits of arbitrary-precision types.
#pragma once
#include <ap_fixed.h>
#include <ap_int.h>
#include <limits>

namespace hls {

template <typename T> struct numeric_limits : std::numeric_limits<T> {};
template <int W> struct numeric_limits<ap_int<W>> {
    static ap_int<W> min() {
        ap_int<W> value = 0;
        value[W - 1] = 1;
        return value;
    }
    static ap_int<W> max() { return ~min(); }
    static ap_int<W> epsilon() { return 1; }
};
template <int W> struct numeric_limits<ap_uint<W>> {
    static ap_uint<W> min() { return 0; }
    static ap_uint<W> max() { return ~ap_uint<W>(0); }
    static ap_uint<W> epsilon() { return 1; }
};
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> struct numeric_limits<ap_fixed<W, I, Q, O, N>> {
    using T = ap_fixed<W, I, Q, O, N>;
    static T of(ap_int<W> bits) {
        T value = 0;
        value.range(W - 1, 0) = bits;
        return value;
    }
    static T min() { return of(numeric_limits<ap_int<W>>::min()); }
    static T max() { return of(numeric_limits<ap_int<W>>::max()); }
    static T epsilon() { return of(1); }
};
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> struct numeric_limits<ap_ufixed<W, I, Q, O, N>> {
    using T = ap_ufixed<W, I, Q, O, N>;
    static T of(ap_uint<W> bits) {
        T value = 0;
        value.range(W - 1, 0) = bits;
        return value;
    }
    static T min() { return of(0); }
    static T max() { return of(numeric_limits<ap_uint<W>>::max()); }
    static T epsilon() { return of(1); }
};

}  // namespace hls

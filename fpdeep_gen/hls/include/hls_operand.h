// What an operator can take: the kind, width, sign and value of every type that mixes with the arbitrary-precision ones.
#pragma once
#include "hls_traits.h"

template <int W, bool S> struct ap_int_base;
template <int W> struct ap_int;
template <int W> struct ap_uint;

namespace hls_detail {

template <int W, bool S> struct raw {
    using type = unsigned _BitInt(W);
};
template <int W> struct raw<W, true> {
    using type = signed _BitInt(W);
};
template <> struct raw<1, true> {  // the language has no signed integer of one bit: two bits, both the sign
    using type = signed _BitInt(2);
};
template <> struct raw<0, false> {  // of no bits: nothing reads it
    using type = unsigned _BitInt(1);
};
template <int W, bool S> using raw_t = typename raw<W, S>::type;

constexpr int max(int a, int b) { return a > b ? a : b; }
constexpr int min(int a, int b) { return a < b ? a : b; }

// The value modulo 2^W.
template <int W, bool S, typename V> constexpr raw_t<W, S> wrap(V value) {
    if constexpr (W == 1 && S) {
        return (raw_t<W, S>)((unsigned _BitInt(1))value ? -1 : 0);
    } else if constexpr (__is_same(V, bool)) {
        return (raw_t<W, S>)(unsigned _BitInt(1))value;
    } else {
        return (raw_t<W, S>)value;
    }
}

enum class Kind { none, native, integer, range, bit, concat, fixed, real };

template <typename T, bool = __is_enum(T)> struct operand {
    static constexpr Kind kind = Kind::none;
    static constexpr bool valid = false;
};
// `type_sign`: the sign that result types are worked out with, where it is not that of the value.
template <Kind K, int W, bool S, bool TYPE_SIGN = S> struct operand_of {
    static constexpr Kind kind = K;
    static constexpr bool valid = K == Kind::native || K == Kind::integer || K == Kind::fixed;  // a value of W bits
    static constexpr int width = W;
    static constexpr bool sign = S, type_sign = TYPE_SIGN;
};
template <typename T, int W, bool S> struct native_operand : operand_of<Kind::native, W, S> {
    static constexpr T get(T v) { return v; }
};
template <> struct operand<bool, false> : operand_of<Kind::native, 1, false> {
    static constexpr unsigned _BitInt(1) get(bool v) { return (unsigned _BitInt(1))v; }
};
template <> struct operand<char, false> : native_operand<char, 8, true> {};
template <> struct operand<signed char, false> : native_operand<signed char, 8, true> {};
template <> struct operand<unsigned char, false> : native_operand<unsigned char, 8, false> {};
template <> struct operand<short, false> : native_operand<short, 16, true> {};
template <> struct operand<unsigned short, false> : native_operand<unsigned short, 16, false> {};
template <> struct operand<int, false> : native_operand<int, 32, true> {};
template <> struct operand<unsigned, false> : native_operand<unsigned, 32, false> {};
template <> struct operand<long, false> : native_operand<long, 64, true> {};
template <> struct operand<unsigned long, false> : native_operand<unsigned long, 64, false> {};
template <> struct operand<long long, false> : native_operand<long long, 64, true> {};
template <> struct operand<unsigned long long, false> : native_operand<unsigned long long, 64, false> {};
template <bool CONVERTS, typename T> struct enum_operand {
    static constexpr Kind kind = Kind::none;
    static constexpr bool valid = false;
};
template <typename T> struct enum_operand<true, T> : operand<decltype(+T{}), false> {
    static constexpr bool valid = false;
};
template <typename T> struct operand<T, true> : enum_operand<__is_convertible(T, int), T> {};  // enum class: none
struct real_operand {
    static constexpr Kind kind = Kind::real;
    static constexpr bool valid = false;
};
template <> struct operand<float, false> : real_operand {};
template <> struct operand<double, false> : real_operand {};

template <int W, bool S> struct integer_operand : operand_of<Kind::integer, W, S> {
    static constexpr raw_t<W, S> get(const ap_int_base<W, S> &v) { return v.V; }
};
template <int W, bool S> struct operand<ap_int_base<W, S>, false> : integer_operand<W, S> {};
template <int W> struct operand<ap_int<W>, false> : integer_operand<W, true> {};
template <int W> struct operand<ap_uint<W>, false> : integer_operand<W, false> {};

template <typename T> inline constexpr Kind kind_of = operand<T>::kind;
template <typename T> inline constexpr bool is_integral = kind_of<T> != Kind::none && kind_of<T> != Kind::real;
// What ap_fixed takes as an integer.
template <typename T> inline constexpr bool is_whole = is_integral<T> && kind_of<T> != Kind::fixed;

template <typename T> using if_integral = typename enable<is_integral<T>>::type;
template <typename T> using if_real = typename enable<kind_of<T> == Kind::real>::type;
template <typename T> using if_value = typename enable<kind_of<T> != Kind::none>::type;

template <int W, bool S> struct named {
    using type = ap_uint<W>;
};
template <int W> struct named<W, true> {
    using type = ap_int<W>;
};
template <int W, bool S> using named_t = typename named<W, S>::type;  // ap_int<W> or ap_uint<W>

template <bool S> struct longest {
    using type = unsigned long long;
};
template <> struct longest<true> {
    using type = long long;
};
template <bool S> using longest_t = typename longest<S>::type;  // what a value converts to by itself

constexpr int digit_of(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'z' ? c - 'a' + 10 : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 99;
}

// A literal as an integer modulo 2^W: sign, prefix 0b 0o 0d 0x, digits. `radix` 0: from the prefix, else decimal.
template <int W, unsigned N> constexpr unsigned _BitInt(W + 8) parse(const char (&text)[N], int radix) {
    using wide = unsigned _BitInt(W + 8);
    const bool negative = text[0] == '-';
    const int at = negative || text[0] == '+';
    const char mark = N > 2 && text[at] == '0' ? text[at + 1] : '0';
    const int prefix = mark == 'b' || mark == 'B' ? 2
                       : mark == 'o' || mark == 'O' ? 8
                       : mark == 'd' || mark == 'D' ? 10
                       : mark == 'x' || mark == 'X' ? 16
                                                    : 0;
    const bool prefixed = prefix != 0 && (radix == 0 || radix == prefix);
    const int base = radix != 0 ? radix : prefix != 0 ? prefix : 10;
    const int first = prefixed ? at + 2 : at;
    wide value = 0;
    for (int i = 0; i < (int)N - 1; i++) {
#pragma HLS UNROLL
        const int digit = digit_of(text[i]);
        if (i >= first && digit < base) value = (wide)(value * (wide)base + (wide)digit);
    }
    return negative ? (wide)-value : value;
}

}  // namespace hls_detail

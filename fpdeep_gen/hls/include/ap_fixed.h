// Fixed-point numbers for synthesis: W bits, I of them before the point, as the vendor's types have them.
#pragma once
#include "ap_fixed_convert.h"
#include "ap_int.h"

template <int W, int I, bool S = true, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0> struct ap_fixed_base;
template <int W, int I, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0> struct ap_fixed;
template <int W, int I, ap_q_mode Q = AP_TRN, ap_o_mode O = AP_WRAP, int N = 0> struct ap_ufixed;

namespace hls_detail {

template <int W, int I, bool S> struct fixed_named {
    using type = ap_ufixed<W, I>;
};
template <int W, int I> struct fixed_named<W, I, true> {
    using type = ap_fixed<W, I>;
};
template <int W, int I, bool S> using fixed_t = typename fixed_named<W, I, S>::type;

template <int W, int I, bool S> struct fixed_operand : operand_of<Kind::fixed, W, S> {
    static constexpr int iwidth = I;
    template <typename T> static constexpr raw_t<W, S> get(const T &v) { return v.V; }
};
template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>
struct operand<ap_fixed_base<W, I, S, Q, O, N>, false> : fixed_operand<W, I, S> {};
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct operand<ap_fixed<W, I, Q, O, N>, false> : fixed_operand<W, I, true> {};
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N>
struct operand<ap_ufixed<W, I, Q, O, N>, false> : fixed_operand<W, I, false> {};

// A floating-point constant as sign, 53 bits and the power of two of the lowest: folded by the compiler.
struct real_bits {
    bool negative;
    unsigned long long mantissa;
    int power;
    constexpr explicit real_bits(double value) : negative(false), mantissa(0), power(0) {
        const unsigned long long bits = __builtin_bit_cast(unsigned long long, value);
        const int exponent = (int)(bits >> 52) & 2047;
        negative = bits >> 63 != 0;
        mantissa = (bits & ((1ull << 52) - 1)) | (exponent != 0 ? 1ull << 52 : 0);
        power = (exponent != 0 ? exponent : 1) - 1075;
    }
};

// The value in units of 2^-F, floor; `inexact`: something was lost. Shifts to the left end above W bits.
template <int W, int F> constexpr signed _BitInt(W + 60) scaled(double value, bool &inexact) {
    using wide = signed _BitInt(W + 60);
    const real_bits real(value);
    const int shift = real.power + F;
    wide result = real.negative ? -(wide)real.mantissa : (wide)real.mantissa;
    if (shift >= 0) return (wide)(result << (shift < W + 1 ? shift : W + 1));
    const int right = shift > -59 ? -shift : 59;
    inexact = (wide)((wide)(result >> right) << right) != result;
    return (wide)(result >> right);
}

constexpr double power_of_two(int n) {
    double result = 1;
    for (int i = 0; i < (n < 0 ? -n : n); i++) result = n < 0 ? result / 2 : result * 2;
    return result;
}

}  // namespace hls_detail

template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N> struct ap_fixed_base {
    static_assert(W >= 1 && W <= 4096, "ap_fixed and ap_ufixed have 1 to 4096 bits");
    static constexpr int width = W, iwidth = I;
    static constexpr bool sign_flag = S, is_fixed = true;
    static constexpr ap_q_mode qmode = Q;
    static constexpr ap_o_mode omode = O;
    using raw = hls_detail::raw_t<W, S>;
    using bits_t = unsigned _BitInt(W);
    using range_ref = hls_detail::range_ref<ap_fixed_base>;
    using bit_ref = hls_detail::bit_ref<ap_fixed_base>;
    raw V;

    ap_fixed_base() = default;
    ap_fixed_base(const ap_fixed_base &) = default;
    ap_fixed_base &operator=(const ap_fixed_base &) = default;
    template <typename T, typename = hls_detail::if_value<T>>
    constexpr ap_fixed_base(const T &value) : V(take(value)) {}
    template <typename T> static constexpr raw take(const T &value) {
        using namespace hls_detail;
        if constexpr (kind_of<T> == Kind::real) {
            bool inexact = false;
            // Three bits behind the last one, the lowest of which stands for all further ones.
            const auto units = scaled<W, W - I + 3>(value, inexact);
            constexpr int wide = W + 61;
            using bits = signed _BitInt(wide);
            return convert<W, I, S, Q, O, N, wide, wide - (W - I) - 4, true>(
                (bits)((bits)units << 1) | (bits)(unsigned _BitInt(1))inexact);
        } else if constexpr (kind_of<T> == Kind::fixed) {
            using F = operand<T>;
            return convert<W, I, S, Q, O, N, F::width, F::iwidth, F::sign>(F::get(value));
        } else {
            using F = operand<T>;
            return convert<W, I, S, Q, O, N, F::width, F::width, F::sign>((raw_t<F::width, F::sign>)F::get(value));
        }
    }
    template <typename T> static constexpr ap_fixed_base from(T value) {
        ap_fixed_base result(0);
        result.V = hls_detail::wrap<W, S>(value);
        return result;
    }
    constexpr void set_raw(bits_t bits) { V = hls_detail::wrap<W, S>(bits); }
    constexpr ap_fixed_base &setBits(unsigned long long bits) {
        V = hls_detail::wrap<W, S>(bits);
        return *this;
    }
    static constexpr ap_fixed_base bitsToFixed(unsigned long long bits) { return from(bits); }

    // The integer part, towards zero.
    constexpr auto to_ap_int_base() const {
        constexpr int width = hls_detail::max(I, 1);
        using R = ap_int_base<width, S>;
        if constexpr (I >= W) {
            return R::from((signed _BitInt(width + 1))((signed _BitInt(width + 1))V << (I - W)));
        } else {
            const auto floor = (signed _BitInt(W + 1))((signed _BitInt(W + 1))V >> (I > 0 ? W - I : W));
            bool fraction = V != 0;
            if constexpr (I > 0) fraction = (unsigned _BitInt(W - I))V != 0;
            // Without integer bits the vendor's adds one to 0 too.
            const signed _BitInt(W + 1) whole = I > 0 ? floor : 0;
            return R::from((signed _BitInt(W + 1))(whole + (V < 0 && fraction ? 1 : 0)));
        }
    }
    constexpr bool to_bool() const { return V != 0; }
    constexpr char to_char() const { return to_ap_int_base().to_char(); }
    constexpr int to_int() const { return to_ap_int_base().to_int(); }
    constexpr unsigned to_uint() const { return to_ap_int_base().to_uint(); }
    constexpr long to_long() const { return to_ap_int_base().to_long(); }
    constexpr unsigned long to_ulong() const { return to_ap_int_base().to_ulong(); }
    constexpr long long to_int64() const { return to_ap_int_base().to_int64(); }
    constexpr unsigned long long to_uint64() const { return to_ap_int_base().to_uint64(); }
    constexpr double to_double() const { return (double)V * hls_detail::power_of_two(I - W); }
    constexpr float to_float() const { return (float)to_double(); }
    const char *to_string(unsigned char = 2, bool = S) const { return ""; }
    constexpr operator bool() const { return V != 0; }
    constexpr operator char() const { return (char)to_int(); }
    constexpr operator signed char() const { return (signed char)to_int(); }
    constexpr operator unsigned char() const { return (unsigned char)to_uint(); }
    constexpr operator short() const { return (short)to_int(); }
    constexpr operator unsigned short() const { return (unsigned short)to_uint(); }
    constexpr operator int() const { return to_int(); }
    constexpr operator unsigned() const { return to_uint(); }
    constexpr operator long() const { return (long)to_int64(); }
    constexpr operator unsigned long() const { return (unsigned long)to_uint64(); }
    constexpr operator long long() const { return to_int64(); }
    constexpr operator unsigned long long() const { return to_uint64(); }
    constexpr operator float() const { return to_float(); }
    constexpr operator double() const { return to_double(); }

    constexpr range_ref range(int high, int low) { return {*this, high, low}; }
    constexpr range_ref range(int high, int low) const { return {const_cast<ap_fixed_base &>(*this), high, low}; }
    constexpr range_ref range() { return {*this, W - 1, 0}; }
    constexpr range_ref range() const { return {const_cast<ap_fixed_base &>(*this), W - 1, 0}; }
    constexpr range_ref operator()(int high, int low) { return {*this, high, low}; }
    constexpr range_ref operator()(int high, int low) const { return {const_cast<ap_fixed_base &>(*this), high, low}; }
    constexpr bit_ref operator[](unsigned index) { return {*this, (int)index}; }
    constexpr bool operator[](unsigned index) const { return (unsigned _BitInt(1))((bits_t)V >> index) != 0; }
    constexpr bit_ref bit(unsigned index) { return {*this, (int)index}; }
    constexpr bool bit(unsigned index) const { return (*this)[index]; }
    constexpr bool get_bit(int index) const { return (*this)[(unsigned)(index + W - I)]; }  // counted from the point
    constexpr int length() const { return W; }
    constexpr int wl() const { return W; }
    constexpr int iwl() const { return I; }
    constexpr ap_q_mode q_mode() const { return Q; }
    constexpr ap_o_mode o_mode() const { return O; }
    constexpr int n_bits() const { return N; }
    constexpr bool is_zero() const { return V == 0; }
    constexpr bool is_neg() const { return V < 0; }
    constexpr int countLeadingZeros() const { return hls_detail::leading_zeros<W>((bits_t)V); }

    constexpr ap_fixed_base operator+() const { return *this; }
    constexpr bool operator!() const { return V == 0; }
    constexpr auto operator-() const {
        using R = ap_fixed_base<W + 1, I + 1, true>;
        return R::from(-(typename R::raw)V);
    }
    constexpr ap_fixed_base<W, I, true, Q, O, N> getNeg() const {
        using R = ap_fixed_base<W, I, true, Q, O, N>;
        return R::from(-R(*this).V);
    }
    constexpr auto operator~() const { return ap_fixed_base<W, I, S>::from((raw)~V); }
    constexpr ap_fixed_base &operator++() { return *this += ap_fixed_base<W - I + 1, 1, false>(1); }
    constexpr ap_fixed_base &operator--() { return *this -= ap_fixed_base<W - I + 1, 1, false>(1); }
    constexpr ap_fixed_base operator++(int) {
        const ap_fixed_base old = *this;
        ++*this;
        return old;
    }
    constexpr ap_fixed_base operator--(int) {
        const ap_fixed_base old = *this;
        --*this;
        return old;
    }
    template <int D> constexpr auto lshift() const { return ap_fixed_base<W, I + D, S>::from(V); }
    template <int D> constexpr auto rshift() const { return ap_fixed_base<W, I - D, S>::from(V); }
};

#define HLS_FIXED(NAME, SIGN)                                                                                      \
    template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> struct NAME : ap_fixed_base<W, I, SIGN, Q, O, N> {    \
        using Base = ap_fixed_base<W, I, SIGN, Q, O, N>;                                                           \
        NAME() = default;                                                                                          \
        NAME(const NAME &) = default;                                                                              \
        NAME &operator=(const NAME &) = default;                                                                   \
        template <typename T, typename = hls_detail::if_value<T>> constexpr NAME(const T &value) : Base(value) {}  \
        static constexpr NAME from(hls_detail::raw_t<W, SIGN> value) {                                             \
            NAME result(0);                                                                                        \
            result.V = value;                                                                                      \
            return result;                                                                                         \
        }                                                                                                          \
    };
HLS_FIXED(ap_fixed, true)
HLS_FIXED(ap_ufixed, false)
#undef HLS_FIXED

#include "ap_fixed_operators.h"

// Arbitrary-precision integers for synthesis: the vendor's names and result widths over the compiler's own _BitInt.
#pragma once
#include "ap_int_refs.h"

typedef long long ap_slong;
typedef unsigned long long ap_ulong;
enum BaseMode { AP_BIN = 2, AP_OCT = 8, AP_DEC = 10, AP_HEX = 16 };

template <int W, bool S> struct ap_int_base {
    static_assert(W >= 1 && W <= 4096, "ap_int and ap_uint have 1 to 4096 bits");
    static constexpr int width = W;
    static constexpr bool sign_flag = S, is_fixed = false;
    using raw = hls_detail::raw_t<W, S>;
    using bits_t = unsigned _BitInt(W);
    using own = hls_detail::named_t<W, S>;
    using range_ref = hls_detail::range_ref<ap_int_base>;
    using bit_ref = hls_detail::bit_ref<ap_int_base>;
    raw V;

    ap_int_base() = default;
    ap_int_base(const ap_int_base &) = default;
    ap_int_base &operator=(const ap_int_base &) = default;
    template <typename T, typename = hls_detail::if_value<T>> constexpr ap_int_base(const T &value) : V(whole(value)) {}
    template <unsigned N> constexpr ap_int_base(const char (&text)[N], signed char radix = 0)
        : V(hls_detail::wrap<W, S>(hls_detail::parse<W>(text, radix))) {}
    template <typename T> static constexpr raw whole(const T &value) {
        if constexpr (hls_detail::kind_of<T> == hls_detail::Kind::real) {
            // Towards zero, as C does, but for the vendor's 1 of what is less than half below zero; the compiler folds
            // constants, others have no hardware.
            if (value < 0 && value > -0.5) return hls_detail::wrap<W, S>(1);
            return hls_detail::wrap<W, S>((signed _BitInt(W + 1088))value);
        } else if constexpr (hls_detail::kind_of<T> == hls_detail::Kind::fixed) {
            return hls_detail::wrap<W, S>(value.to_ap_int_base().V);
        } else {
            return hls_detail::wrap<W, S>(hls_detail::operand<T>::get(value));
        }
    }
    template <typename T> static constexpr own from(T value) {
        own result(0);
        result.V = hls_detail::wrap<W, S>(value);
        return result;
    }
    constexpr void set_raw(bits_t bits) { V = hls_detail::wrap<W, S>(bits); }
    constexpr bits_t bits() const { return (bits_t)V; }

    constexpr operator hls_detail::longest_t<S>() const { return (hls_detail::longest_t<S>)V; }
    constexpr bool to_bool() const { return V != 0; }
    constexpr char to_char() const { return (char)V; }
    constexpr signed char to_schar() const { return (signed char)V; }
    constexpr unsigned char to_uchar() const { return (unsigned char)V; }
    constexpr short to_short() const { return (short)V; }
    constexpr unsigned short to_ushort() const { return (unsigned short)V; }
    constexpr int to_int() const { return (int)V; }
    constexpr unsigned to_uint() const { return (unsigned)V; }
    constexpr long to_long() const { return (long)V; }
    constexpr unsigned long to_ulong() const { return (unsigned long)V; }
    constexpr long long to_int64() const { return (long long)V; }
    constexpr unsigned long long to_uint64() const { return (unsigned long long)V; }
    constexpr float to_float() const { return (float)V; }
    constexpr double to_double() const { return (double)V; }
    const char *to_string(signed char = 2, bool = S) const { return ""; }
    constexpr int length() const { return W; }

    constexpr range_ref range(int high, int low) { return {*this, high, low}; }
    constexpr range_ref range(int high, int low) const { return {const_cast<ap_int_base &>(*this), high, low}; }
    constexpr range_ref range() { return {*this, W - 1, 0}; }
    constexpr range_ref range() const { return {const_cast<ap_int_base &>(*this), W - 1, 0}; }
    constexpr range_ref operator()(int high, int low) { return {*this, high, low}; }
    constexpr range_ref operator()(int high, int low) const { return {const_cast<ap_int_base &>(*this), high, low}; }
    constexpr bit_ref operator[](int index) { return {*this, index}; }
    constexpr bool operator[](int index) const { return get_bit(index); }
    constexpr bit_ref bit(int index) { return {*this, index}; }
    constexpr bool bit(int index) const { return get_bit(index); }
    constexpr bool test(int index) const { return get_bit(index); }
    constexpr bool get_bit(int index) const { return (unsigned _BitInt(1))((bits_t)V >> index) != 0; }
    constexpr void set_bit(int index, bool value) { bit_ref(*this, index).put(value); }
    constexpr void set(int index) { set_bit(index, true); }
    constexpr void set(int index, bool value) { set_bit(index, value); }
    constexpr void clear(int index) { set_bit(index, false); }
    constexpr void invert(int index) { set_bit(index, !get_bit(index)); }

    constexpr bool iszero() const { return V == 0; }
    constexpr bool is_zero() const { return V == 0; }
    constexpr bool sign() const { return V < 0; }
    constexpr void b_not() { V = hls_detail::wrap<W, S>((raw)~V); }
    constexpr ap_int_base &reverse() {
        set_raw(hls_detail::reversed<W>((bits_t)V));
        return *this;
    }
    constexpr ap_int_base &lrotate(int n) {
        set_raw((bits_t)((bits_t)V << n) | (n == 0 ? (bits_t)0 : (bits_t)((bits_t)V >> (W - n))));
        return *this;
    }
    constexpr ap_int_base &rrotate(int n) {
        set_raw((bits_t)((bits_t)V >> n) | (n == 0 ? (bits_t)0 : (bits_t)((bits_t)V << (W - n))));
        return *this;
    }
    constexpr int countLeadingZeros() const { return hls_detail::leading_zeros<W>((bits_t)V); }

    constexpr bool or_reduce() const { return (bits_t)V != 0; }
    constexpr bool nor_reduce() const { return !or_reduce(); }
    constexpr bool and_reduce() const { return (bits_t)~(bits_t)V == 0; }
    constexpr bool nand_reduce() const { return !and_reduce(); }
    constexpr bool xor_reduce() const { return hls_detail::parity<W>((bits_t)V); }
    constexpr bool xnor_reduce() const { return !xor_reduce(); }

    constexpr own operator~() const { return from((raw)~V); }
    constexpr own operator+() const { return from(V); }
    constexpr bool operator!() const { return V == 0; }
    constexpr auto operator-() const {
        using R = ap_int_base<hls_detail::max(W, 1 + S) + 1, true>;
        return R::from(-(typename R::raw)V);
    }
    constexpr ap_int_base &operator++() {
        V = hls_detail::wrap<W, S>(V + (raw)1);
        return *this;
    }
    constexpr ap_int_base &operator--() {
        V = hls_detail::wrap<W, S>(V - (raw)1);
        return *this;
    }
    constexpr own operator++(int) {
        const own old = from(V);
        ++*this;
        return old;
    }
    constexpr own operator--(int) {
        const own old = from(V);
        --*this;
        return old;
    }
    template <typename T> constexpr auto concat(const T &low) const { return hls_detail::join(*this, low); }
};

template <int W> struct ap_int : ap_int_base<W, true> {
    using Base = ap_int_base<W, true>;
    ap_int() = default;
    ap_int(const ap_int &) = default;
    ap_int &operator=(const ap_int &) = default;
    template <typename T, typename = hls_detail::if_value<T>> constexpr ap_int(const T &value) : Base(value) {}
    template <unsigned N> constexpr ap_int(const char (&text)[N], signed char radix = 0) : Base(text, radix) {}
};

template <int W> struct ap_uint : ap_int_base<W, false> {
    using Base = ap_int_base<W, false>;
    ap_uint() = default;
    ap_uint(const ap_uint &) = default;
    ap_uint &operator=(const ap_uint &) = default;
    template <typename T, typename = hls_detail::if_value<T>> constexpr ap_uint(const T &value) : Base(value) {}
    template <unsigned N> constexpr ap_uint(const char (&text)[N], signed char radix = 0) : Base(text, radix) {}
};

#define ap_bigint ap_int
#define ap_biguint ap_uint

#include "ap_int_operators.h"
#include "ap_fixed.h"

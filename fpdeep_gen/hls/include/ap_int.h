// Arbitrary-precision integers for synthesis: the vendor's names and result widths over the compiler's own _BitInt.
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
template <int W, bool S> using raw_t = typename raw<W, S>::type;

template <int W, bool S, typename V> constexpr raw_t<W, S> wrap(V value) {
    if constexpr (W == 1 && S) {
        return (raw_t<W, S>)((unsigned _BitInt(1))value ? -1 : 0);
    } else if constexpr (__is_same(V, bool)) {
        return (raw_t<W, S>)(unsigned _BitInt(1))value;
    } else {
        return (raw_t<W, S>)value;
    }
}

// An operand of an operator: its width, sign and value. Undefined for anything that is no integer.
template <typename T> struct operand {
    static constexpr bool valid = false;
    static constexpr bool wide = false;
};
template <typename T, int W, bool S> struct native_operand {
    static constexpr bool valid = true, wide = false, sign = S;
    static constexpr int width = W;
    static constexpr T get(T v) { return v; }
};
template <> struct operand<bool> {
    static constexpr bool valid = true, wide = false, sign = false;
    static constexpr int width = 1;
    static constexpr unsigned _BitInt(1) get(bool v) { return (unsigned _BitInt(1))v; }
};
template <> struct operand<char> : native_operand<char, 8, true> {};
template <> struct operand<signed char> : native_operand<signed char, 8, true> {};
template <> struct operand<unsigned char> : native_operand<unsigned char, 8, false> {};
template <> struct operand<short> : native_operand<short, 16, true> {};
template <> struct operand<unsigned short> : native_operand<unsigned short, 16, false> {};
template <> struct operand<int> : native_operand<int, 32, true> {};
template <> struct operand<unsigned> : native_operand<unsigned, 32, false> {};
template <> struct operand<long> : native_operand<long, 64, true> {};
template <> struct operand<unsigned long> : native_operand<unsigned long, 64, false> {};
template <> struct operand<long long> : native_operand<long long, 64, true> {};
template <> struct operand<unsigned long long> : native_operand<unsigned long long, 64, false> {};

template <int W, bool S> struct wide_operand {
    static constexpr bool valid = true, wide = true, sign = S;
    static constexpr int width = W;
    static constexpr raw_t<W, S> get(const ap_int_base<W, S> &v) { return v.V; }
};
template <int W, bool S> struct operand<ap_int_base<W, S>> : wide_operand<W, S> {};
template <int W> struct operand<ap_int<W>> : wide_operand<W, true> {};
template <int W> struct operand<ap_uint<W>> : wide_operand<W, false> {};

constexpr int max(int a, int b) { return a > b ? a : b; }
constexpr int min(int a, int b) { return a < b ? a : b; }

// The native integer that a value converts to by itself.
template <int B, bool S> struct native {
    using type = unsigned long long;
};
template <> struct native<64, true> { using type = long long; };
template <> struct native<32, true> { using type = int; };
template <> struct native<32, false> { using type = unsigned; };
template <> struct native<16, true> { using type = short; };
template <> struct native<16, false> { using type = unsigned short; };
template <> struct native<8, true> { using type = signed char; };
template <> struct native<8, false> { using type = unsigned char; };
template <> struct native<1, true> { using type = signed char; };
template <> struct native<1, false> { using type = bool; };
template <int W, bool S>
using native_t = typename native<(W == 1 ? 1 : W <= 8 ? 8 : W <= 16 ? 16 : W <= 32 ? 32 : 64), S>::type;

}  // namespace hls_detail

// Bits hi..lo of a value, as a source and as a target.
template <int W, bool S> struct ap_range_ref {
    ap_int_base<W, S> &object;
    int high, low;
    using bits_t = unsigned _BitInt(W);

    constexpr ap_range_ref(ap_int_base<W, S> &o, int h, int l) : object(o), high(h), low(l) {}
    // Not trivial on purpose: the reference then stays in memory, from where it is promoted whole.
    constexpr ap_range_ref(const ap_range_ref &other) : object(other.object), high(other.high), low(other.low) {}
    constexpr bits_t mask() const { return (bits_t)(~(bits_t)0) >> (W - 1 - (high - low)); }
    constexpr bits_t get() const { return ((bits_t)object.V >> low) & mask(); }
    template <typename T> constexpr ap_range_ref &put(T value) {
        const bits_t m = mask();
        object.V = hls_detail::wrap<W, S>((bits_t)(((bits_t)object.V & (bits_t) ~(m << low)) | (((bits_t)value & m) << low)));
        return *this;
    }
    template <typename T, typename = typename hls_detail::enable<hls_detail::operand<T>::valid>::type>
    constexpr ap_range_ref &operator=(const T &value) {
        return put(hls_detail::operand<T>::get(value));
    }
    constexpr ap_range_ref &operator=(const ap_range_ref &other) { return put(other.get()); }
    constexpr operator hls_detail::native_t<64, false>() const { return (unsigned long long)get(); }
    constexpr int length() const { return high - low + 1; }
    constexpr unsigned to_uint() const { return (unsigned)get(); }
    constexpr int to_int() const { return (int)get(); }
    constexpr unsigned long long to_uint64() const { return (unsigned long long)get(); }
};

// One bit of a value, as a source and as a target.
template <int W, bool S> struct ap_bit_ref {
    ap_int_base<W, S> &object;
    int index;
    using bits_t = unsigned _BitInt(W);

    constexpr ap_bit_ref(ap_int_base<W, S> &o, int i) : object(o), index(i) {}
    constexpr ap_bit_ref(const ap_bit_ref &other) : object(other.object), index(other.index) {}
    constexpr bool get() const { return (unsigned _BitInt(1))((bits_t)object.V >> index) != 0; }
    constexpr ap_bit_ref &operator=(bool value) {
        const bits_t one = (bits_t)1 << index;
        object.V = hls_detail::wrap<W, S>(
            (bits_t)(((bits_t)object.V & (bits_t)~one) | ((bits_t)(unsigned _BitInt(1))value << index)));
        return *this;
    }
    constexpr ap_bit_ref &operator=(const ap_bit_ref &other) { return *this = other.get(); }
    constexpr operator bool() const { return get(); }
    constexpr bool to_bool() const { return get(); }
};

namespace hls_detail {
template <int W, bool S> struct operand<ap_range_ref<W, S>> {
    static constexpr bool valid = true, wide = true, sign = false;
    static constexpr int width = W;
    static constexpr raw_t<W, false> get(const ap_range_ref<W, S> &v) { return v.get(); }
};
template <int W, bool S> struct operand<ap_bit_ref<W, S>> {
    static constexpr bool valid = true, wide = true, sign = false;
    static constexpr int width = 1;
    static constexpr raw_t<1, false> get(const ap_bit_ref<W, S> &v) { return (raw_t<1, false>)v.get(); }
};
}  // namespace hls_detail

template <int W, bool S> struct ap_int_base {
    static constexpr int width = W;
    static constexpr bool sign_flag = S;
    using raw = hls_detail::raw_t<W, S>;
    raw V;

    ap_int_base() = default;
    ap_int_base(const ap_int_base &) = default;
    ap_int_base &operator=(const ap_int_base &) = default;
    template <typename T, typename = typename hls_detail::enable<hls_detail::operand<T>::valid>::type>
    constexpr ap_int_base(const T &value) : V(hls_detail::wrap<W, S>(hls_detail::operand<T>::get(value))) {}

    constexpr operator hls_detail::native_t<W, S>() const { return (hls_detail::native_t<W, S>)V; }
    constexpr int to_int() const { return (int)V; }
    constexpr unsigned to_uint() const { return (unsigned)V; }
    constexpr long to_long() const { return (long)V; }
    constexpr unsigned long to_ulong() const { return (unsigned long)V; }
    constexpr long long to_int64() const { return (long long)V; }
    constexpr unsigned long long to_uint64() const { return (unsigned long long)V; }
    constexpr bool to_bool() const { return V != 0; }
    constexpr int length() const { return W; }

    constexpr ap_range_ref<W, S> range(int high, int low) { return {*this, high, low}; }
    constexpr ap_range_ref<W, S> range(int high, int low) const { return {const_cast<ap_int_base &>(*this), high, low}; }
    constexpr ap_range_ref<W, S> range() { return {*this, W - 1, 0}; }
    constexpr ap_range_ref<W, S> range() const { return {const_cast<ap_int_base &>(*this), W - 1, 0}; }
    constexpr ap_range_ref<W, S> operator()(int high, int low) { return {*this, high, low}; }
    constexpr ap_range_ref<W, S> operator()(int high, int low) const { return {const_cast<ap_int_base &>(*this), high, low}; }
    constexpr ap_bit_ref<W, S> operator[](int index) { return {*this, index}; }
    constexpr bool operator[](int index) const { return ap_bit_ref<W, S>(const_cast<ap_int_base &>(*this), index).get(); }
    constexpr ap_bit_ref<W, S> bit(int index) { return {*this, index}; }
    constexpr bool bit(int index) const { return (*this)[index]; }
    constexpr bool test(int index) const { return (*this)[index]; }
    constexpr bool get_bit(int index) const { return (*this)[index]; }
    constexpr void set(int index) { (*this)[index] = true; }
    constexpr void clear(int index) { (*this)[index] = false; }
    constexpr void set_bit(int index, bool value) { (*this)[index] = value; }

    constexpr bool or_reduce() const { return V != 0; }
    constexpr bool and_reduce() const { return (raw)~V == 0; }
    constexpr bool xor_reduce() const {
        bool parity = false;
        for (int i = 0; i < W; i++) {
#pragma HLS UNROLL
            parity ^= (*this)[i];
        }
        return parity;
    }

    constexpr ap_int_base operator~() const { return ap_int_base(from((raw)~V)); }
    constexpr ap_int_base operator+() const { return *this; }
    constexpr bool operator!() const { return V == 0; }
    constexpr ap_int_base<W + 1, true> operator-() const {
        ap_int_base<W + 1, true> result(0);
        result.V = -(hls_detail::raw_t<W + 1, true>)V;
        return result;
    }
    constexpr ap_int_base &operator++() { return *this = ap_int_base(from(V + (raw)1)); }
    constexpr ap_int_base &operator--() { return *this = ap_int_base(from(V - (raw)1)); }
    constexpr ap_int_base operator++(int) { ap_int_base old = *this; ++*this; return old; }
    constexpr ap_int_base operator--(int) { ap_int_base old = *this; --*this; return old; }

    template <typename V2> static constexpr ap_int_base from(V2 value) {
        ap_int_base result(0);
        result.V = hls_detail::wrap<W, S>(value);
        return result;
    }
};

template <int W> struct ap_int : ap_int_base<W, true> {
    using Base = ap_int_base<W, true>;
    ap_int() = default;
    ap_int(const ap_int &) = default;
    ap_int &operator=(const ap_int &) = default;
    template <typename T, typename = typename hls_detail::enable<hls_detail::operand<T>::valid>::type>
    constexpr ap_int(const T &value) : Base(value) {}
};

template <int W> struct ap_uint : ap_int_base<W, false> {
    using Base = ap_int_base<W, false>;
    ap_uint() = default;
    ap_uint(const ap_uint &) = default;
    ap_uint &operator=(const ap_uint &) = default;
    template <typename T, typename = typename hls_detail::enable<hls_detail::operand<T>::valid>::type>
    constexpr ap_uint(const T &value) : Base(value) {}
};

#include "ap_int_operators.h"

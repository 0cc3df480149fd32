// References to a bit and to a range of bits of a value, and concatenations: as sources and as targets.
#pragma once
#include "hls_operand.h"

namespace hls_detail {

// The low W bits in the opposite order. Wires alone.
template <int W> constexpr unsigned _BitInt(W) reversed(unsigned _BitInt(W) value) {
    using bits_t = unsigned _BitInt(W);
    bits_t result = 0;
    for (int i = 0; i < W; i++) {
#pragma HLS UNROLL
        result = (bits_t)(result | (bits_t)((bits_t)((bits_t)(value >> i) & (bits_t)1) << (W - 1 - i)));
    }
    return result;
}

// Exclusive or of all bits, by halves.
template <int W> constexpr bool parity(unsigned _BitInt(W) value) {
    if constexpr (W == 1) {
        return value != 0;
    } else {
        constexpr int half = (W + 1) / 2;
        using half_t = unsigned _BitInt(half);
        return parity<half>((half_t)((half_t)value ^ (half_t)(value >> half)));
    }
}

// Zeros above the highest one; W for 0. A tree of halves.
template <int W> constexpr int leading_zeros(unsigned _BitInt(W) value) {
    if constexpr (W == 1) {
        return value == 0;
    } else {
        constexpr int low = W / 2, high = W - low;
        const auto upper = (unsigned _BitInt(high))(value >> low);
        return upper != 0 ? leading_zeros<high>(upper) : high + leading_zeros<low>((unsigned _BitInt(low))value);
    }
}

// Bits high..low of an ap_int_base or ap_fixed_base. With high < low they come in the opposite order.
template <typename O> struct range_ref {
    static constexpr int width = O::width;
    static constexpr bool is_target = true;
    using bits_t = unsigned _BitInt(width);
    using value_t = ap_int_base<width, false>;
    O &object;
    int high, low;

    constexpr range_ref(O &o, int h, int l) : object(o), high(h), low(l) {}
    // Not trivial on purpose: the reference then stays in memory, from where it is promoted whole.
    constexpr range_ref(const range_ref &other) : object(other.object), high(other.high), low(other.low) {}

    // The span is a difference so that `i + 7, i` has one known at compile time.
    constexpr int span() const { return high - low; }
    constexpr bits_t mask(int top) const { return (bits_t)(~(bits_t)0) >> (width - 1 - top); }
    constexpr bits_t bits() const {
        if (span() < 0) return (bits_t)(reversed<width>((bits_t)object.V) >> (width - 1 - low)) & mask(-span());
        return (bits_t)((bits_t)object.V >> low) & mask(span());
    }
    template <typename T> constexpr range_ref &put(T value) {
        const bool turned = span() < 0;
        const int first = turned ? high : low;
        const bits_t m = mask(turned ? -span() : span());
        bits_t field = (bits_t)value;
        if (turned) field = (bits_t)(reversed<width>(field) >> (width - 1 + span()));
        object.set_raw((bits_t)(((bits_t)object.V & (bits_t) ~(m << first)) | (bits_t)((field & m) << first)));
        return *this;
    }
    template <typename T, typename = if_value<T>> constexpr range_ref &operator=(const T &value) {
        if constexpr (kind_of<T> == Kind::real || (kind_of<T> == Kind::fixed && !O::is_fixed)) {
            return put(value_t(value).V);  // a fixed-point range takes the bits of a fixed-point value as they are
        } else if constexpr (kind_of<T> == Kind::concat) {
            return put((unsigned long long)value);  // so the vendor's overloads have it
        } else {
            return put(operand<T>::get(value));
        }
    }
    constexpr range_ref &operator=(const range_ref &other) { return put(other.bits()); }

    template <typename T> constexpr range_ref &operator|=(const T &) { return refuse<T>(); }
    template <typename T> constexpr range_ref &operator&=(const T &) { return refuse<T>(); }
    template <typename T> constexpr range_ref &operator^=(const T &) { return refuse<T>(); }
    template <typename T> constexpr range_ref &refuse() {
        static_assert(!__is_same(T, T), "compound assignment to a range would change the whole value: "
                                        "write x.range(h, l) = x.range(h, l) | y");
        return *this;
    }

    constexpr value_t get() const { return value_t::from(bits()); }
    constexpr operator unsigned long long() const { return (unsigned long long)bits(); }
    constexpr int length() const { return span() < 0 ? 1 - span() : 1 + span(); }
    constexpr char to_char() const { return (char)bits(); }
    constexpr int to_int() const { return (int)bits(); }
    constexpr unsigned to_uint() const { return (unsigned)bits(); }
    constexpr long to_long() const { return (long)bits(); }
    constexpr unsigned long to_ulong() const { return (unsigned long)bits(); }
    constexpr long long to_int64() const { return (long long)bits(); }
    constexpr unsigned long long to_uint64() const { return (unsigned long long)bits(); }
    const char *to_string(signed char = 2) const { return ""; }

    // As the vendor's: the highest bit of the range takes no part in a reduction.
    constexpr bits_t reduced() const {
        const bool turned = span() < 0;
        const bits_t m = (bits_t)(mask(turned ? -span() : span()) >> 1);
        return (bits_t)((bits_t)object.V >> (turned ? high : low)) & m;
    }
    constexpr bool and_reduce() const {
        const bits_t m = (bits_t)(mask(span() < 0 ? -span() : span()) >> 1);
        return reduced() == m;
    }
    constexpr bool or_reduce() const { return reduced() != 0; }
    constexpr bool xor_reduce() const { return parity<width>(reduced()); }
};

template <typename O> struct bit_ref {
    static constexpr int width = 1;
    static constexpr bool is_target = true;
    using bits_t = unsigned _BitInt(O::width);
    O &object;
    int index;

    constexpr bit_ref(O &o, int i) : object(o), index(i) {}
    constexpr bit_ref(const bit_ref &other) : object(other.object), index(other.index) {}
    constexpr bool get() const { return (unsigned _BitInt(1))((bits_t)object.V >> index) != 0; }
    constexpr unsigned _BitInt(1) bits() const { return (unsigned _BitInt(1))((bits_t)object.V >> index); }
    constexpr bit_ref &put(bool value) {
        const bits_t one = (bits_t)((bits_t)1 << index);
        const bits_t field = (bits_t)((bits_t)(unsigned _BitInt(1))value << index);
        object.set_raw((bits_t)(((bits_t)object.V & (bits_t)~one) | field));
        return *this;
    }
    template <typename T, typename = if_value<T>> constexpr bit_ref &operator=(const T &value) {
        if constexpr (kind_of<T> == Kind::real) {
            return put(value != 0);
        } else if constexpr (kind_of<T> == Kind::concat) {
            return put((unsigned long long)value != 0);
        } else {
            return put(operand<T>::get(value) != 0);
        }
    }
    constexpr bit_ref &operator=(const bit_ref &other) { return put(other.get()); }
    constexpr operator bool() const { return get(); }
    constexpr bool to_bool() const { return get(); }
    constexpr bool operator~() const { return !get(); }
    constexpr int length() const { return 1; }
    const char *to_string() const { return ""; }
};

// An operand of a concatenation: a value itself is referred to, references are kept as they are.
template <int W, bool S> struct part_of {
    static constexpr int width = W;
    ap_int_base<W, S> &object;
    constexpr unsigned _BitInt(W) bits() const { return (unsigned _BitInt(W))object.V; }
    constexpr int length() const { return W; }
    template <typename T> constexpr void put(T value) { object.set_raw((unsigned _BitInt(W))value); }
};

// (high, low): the static width is that of the operands' objects, the bits lie as close as the ranges are long.
template <typename A, typename B> struct concat_ref {
    static constexpr int width = A::width + B::width;
    using bits_t = unsigned _BitInt(width);
    using value_t = ap_int_base<width, false>;
    A high;
    B low;

    constexpr concat_ref(const A &a, const B &b) : high(a), low(b) {}
    constexpr concat_ref(const concat_ref &other) : high(other.high), low(other.low) {}
    constexpr int length() const { return high.length() + low.length(); }
    constexpr bits_t bits() const { return (bits_t)((bits_t)high.bits() << low.length()) | (bits_t)low.bits(); }
    constexpr value_t get() const { return value_t::from(bits()); }
    template <typename T> constexpr concat_ref &put(T value) {
        const bits_t v = (bits_t)value;
        const bits_t upper = (bits_t)(v >> low.length());
        const bits_t lower = (bits_t)(v & (bits_t)((bits_t)(~(bits_t)0) >> (width - low.length())));
        place(high, (bits_t)(upper & (bits_t)((bits_t)(~(bits_t)0) >> (width - high.length()))));
        place(low, lower);
        return *this;
    }
    template <typename P> static constexpr void place(P &part, bits_t value) {
        if constexpr (P::width == 1) {
            part.put(value != 0);
        } else {
            part.put((unsigned _BitInt(P::width))value);
        }
    }
    template <typename T, typename = if_value<T>> constexpr concat_ref &operator=(const T &value) {
        return put(value_t(value).V);
    }
    constexpr concat_ref &operator=(const concat_ref &other) { return put(other.bits()); }
    constexpr operator unsigned long long() const { return (unsigned long long)bits(); }
};

template <typename A, typename B> constexpr auto join(const A &a, const B &b);

template <typename O> struct operand<range_ref<O>, false> : operand_of<Kind::range, O::width, false, O::sign_flag> {
    static constexpr bool of_fixed = O::is_fixed;
    static constexpr auto get(const range_ref<O> &v) { return v.bits(); }
};
template <typename O> struct operand<bit_ref<O>, false> : operand_of<Kind::bit, 1, false> {
    static constexpr bool of_fixed = O::is_fixed;
    static constexpr auto get(const bit_ref<O> &v) { return v.bits(); }
};
template <typename A, typename B>
struct operand<concat_ref<A, B>, false> : operand_of<Kind::concat, concat_ref<A, B>::width, false> {
    static constexpr auto get(const concat_ref<A, B> &v) { return v.bits(); }
};

}  // namespace hls_detail

template <int W, bool S> using ap_range_ref = hls_detail::range_ref<ap_int_base<W, S>>;
template <int W, bool S> using ap_bit_ref = hls_detail::bit_ref<ap_int_base<W, S>>;

// Operators of ap_int and ap_uint with each other, with references and concatenations, and with native integers.
// What has no operator here (a bit with a native integer, `1 << x`, ...) converts to native integers, as the vendor's.
#pragma once

namespace hls_detail {

template <typename A, typename B> constexpr bool mixes(Kind first, Kind second) {
    return kind_of<A> == first && kind_of<B> == second;
}
template <typename A, typename B> constexpr bool either(Kind first, Kind second) {
    return mixes<A, B>(first, second) || mixes<A, B>(second, first);
}
// References into ap_fixed convert to native integers in arithmetic.
template <typename T> constexpr bool into_fixed() {
    if constexpr (kind_of<T> == Kind::range || kind_of<T> == Kind::bit) {
        return operand<T>::of_fixed;
    } else {
        return false;
    }
}
template <typename A, typename B> constexpr bool combines() {
    constexpr Kind I = Kind::integer, N = Kind::native, R = Kind::range, B1 = Kind::bit, C = Kind::concat;
    if (into_fixed<A>() || into_fixed<B>()) return false;
    return mixes<A, B>(I, I) || either<A, B>(I, N) || either<A, B>(I, R) || either<A, B>(I, B1) || mixes<A, B>(R, R) ||
           either<A, B>(R, N) || either<A, B>(R, B1) || mixes<A, B>(C, C);
}
template <typename A, typename B> constexpr bool combines_bitwise() {
    return combines<A, B>() || either<A, B>(Kind::integer, Kind::concat);
}
template <typename A, typename B> constexpr bool shifts() {
    if (mixes<A, B>(Kind::native, Kind::integer) || mixes<A, B>(Kind::native, Kind::bit)) return false;
    return combines<A, B>() || mixes<A, B>(Kind::concat, Kind::native);
}
template <typename A, typename B> constexpr bool compares() {
    constexpr Kind I = Kind::integer, N = Kind::native, R = Kind::range, B1 = Kind::bit, C = Kind::concat;
    return mixes<A, B>(I, I) || either<A, B>(I, N) || either<A, B>(I, R) || either<A, B>(I, B1) || mixes<A, B>(R, R) ||
           mixes<A, B>(R, N) || (into_fixed<B>() && mixes<A, B>(N, R)) || either<A, B>(I, C) || mixes<A, B>(C, N);
}

template <int WA, bool SA, int WB, bool SB> struct result_types {
    static constexpr int both = max(WA + (SB && !SA), WB + (SA && !SB));  // holds the values of both
    static constexpr bool sign = SA || SB;
    using sum = ap_int_base<both + 1, sign>;
    using difference = ap_int_base<both + 1, true>;
    using product = ap_int_base<WA + WB, sign>;
    using quotient = ap_int_base<WA + SB, sign>;
    using remainder = ap_int_base<min(WA, WB + (!SB && SA)), SA>;
    using logic = ap_int_base<both, sign>;
    // Division follows the sign of the wider operand, as the vendor's does: with a wider unsigned one a negative value
    // counts as its bits. A remainder is signed when the left operand is, too.
    static constexpr int common = max(WA, WB) + sign;
    static constexpr bool divides_signed = WA > WB ? SA : WB > WA ? SB : sign;
    using divided = raw_t<common, divides_signed>;
    using remaindered = raw_t<common, divides_signed && SA>;
};

template <typename A> using Of = operand<A>;
// In what the result is worked out.
template <typename A, typename B> using exact = result_types<Of<A>::width, Of<A>::sign, Of<B>::width, Of<B>::sign>;

// The type of the result. The vendor's works it out with the operands the other way round for `native op ap_int`,
// and with the sign of the object that a range is of for `range op ap_int`.
template <typename A, typename B, bool TURNED = mixes<A, B>(Kind::native, Kind::integer),
          bool LOOSE = either<A, B>(Kind::integer, Kind::range)>
struct result : exact<A, B> {};
template <typename A, typename B> struct result<A, B, true, false> : exact<B, A> {};
template <typename A, typename B>
struct result<A, B, false, true> : result_types<Of<A>::width, Of<A>::type_sign, Of<B>::width, Of<B>::type_sign> {};

// ap_int with a concatenation: the greater width, the sign of the ap_int.
template <typename A, typename B, bool WITH_CONCAT = either<A, B>(Kind::integer, Kind::concat)> struct bitwise_result {
    using type = typename result<A, B>::logic;
};
template <typename A, typename B> struct bitwise_result<A, B, true> {
    static constexpr bool sign = kind_of<A> == Kind::integer ? Of<A>::sign : Of<B>::sign;
    using type = ap_int_base<max(Of<A>::width, Of<B>::width), sign>;
};

template <typename R, typename A> constexpr auto as(const A &a) { return (R)operand<A>::get(a); }
template <bool C> using only_if = typename enable<C>::type;

}  // namespace hls_detail

#define HLS_BINARY(OP, WHEN, TYPE, EXACT)                                                                          \
    template <typename A, typename B, typename = hls_detail::only_if<hls_detail::WHEN<A, B>()>>                   \
    constexpr auto operator OP(const A &a, const B &b) {                                                          \
        using C = EXACT;                                                                                          \
        return TYPE::from(hls_detail::as<C>(a) OP hls_detail::as<C>(b));                                          \
    }
// Worked out in its own type before it gets that of the result, which is another one for `native op ap_int`.
#define HLS_DIVISION(OP, NAME, EXACT)                                                                             \
    template <typename A, typename B, typename = hls_detail::only_if<hls_detail::combines<A, B>()>>               \
    constexpr auto operator OP(const A &a, const B &b) {                                                          \
        using E = hls_detail::exact<A, B>;                                                                        \
        using C = typename E::EXACT;                                                                              \
        return hls_detail::result<A, B>::NAME::from(                                                              \
            (typename E::NAME::raw)(hls_detail::as<C>(a) OP hls_detail::as<C>(b)));                               \
    }
#define HLS_COMMA ,
#define HLS_KIND(NAME) hls_detail::result<A HLS_COMMA B>::NAME
#define HLS_RAW(NAME) typename hls_detail::exact<A HLS_COMMA B>::NAME::raw
#define HLS_LOGIC hls_detail::bitwise_result<A HLS_COMMA B>::type
HLS_BINARY(+, combines, HLS_KIND(sum), HLS_RAW(sum))
HLS_BINARY(-, combines, HLS_KIND(difference), HLS_RAW(difference))
HLS_BINARY(*, combines, HLS_KIND(product), HLS_RAW(product))
HLS_DIVISION(/, quotient, divided)
HLS_DIVISION(%, remainder, remaindered)
HLS_BINARY(&, combines_bitwise, HLS_LOGIC, HLS_RAW(logic))
HLS_BINARY(|, combines_bitwise, HLS_LOGIC, HLS_RAW(logic))
HLS_BINARY(^, combines_bitwise, HLS_LOGIC, HLS_RAW(logic))
#undef HLS_BINARY
#undef HLS_DIVISION
#undef HLS_KIND
#undef HLS_RAW
#undef HLS_LOGIC
#undef HLS_COMMA

namespace hls_detail {

// C's rule, as the vendor's types have it: of two signs, the unsigned one wins from 32 bits on, unless it is narrower.
template <int WA, bool SA, int WB, bool SB> struct comparison {
    static constexpr int both = max(WA, WB);
    static constexpr bool as_unsigned = SA != SB && both >= 32 && (SA ? WB >= WA : WA >= WB);
    // In an order negative values lie beyond all unsigned ones; in an equality of two widths, or from 64 bits on,
    // they meet.
    static constexpr bool meets = as_unsigned && (WA != WB || WA >= 64);
    using order = raw_t<both + 2, !as_unsigned>;
    using equality = raw_t<meets ? both : both + 2, !meets>;
};
template <typename A, typename B>
using comparison_of = comparison<Of<A>::width, Of<A>::sign, Of<B>::width, Of<B>::sign>;

}  // namespace hls_detail

#define HLS_COMPARE(OP, HOW)                                                                                      \
    template <typename A, typename B, typename = hls_detail::only_if<hls_detail::compares<A, B>()>>               \
    constexpr bool operator OP(const A &a, const B &b) {                                                          \
        using C = typename hls_detail::comparison_of<A, B>::HOW;                                                  \
        return hls_detail::as<C>(a) OP hls_detail::as<C>(b);                                                      \
    }
HLS_COMPARE(==, equality)
HLS_COMPARE(!=, equality)
HLS_COMPARE(<, order)
HLS_COMPARE(<=, order)
HLS_COMPARE(>, order)
HLS_COMPARE(>=, order)
#undef HLS_COMPARE

namespace hls_detail {

// Shifts keep the W bits of the left operand; beyond them all is sign or zero; a negative distance turns back.
template <bool LEFT, int W, int B, typename V> constexpr V shift_by(V value, unsigned _BitInt(B) distance) {
    if constexpr (B < 14 && 1 << (B < 14 ? B : 0) <= W) {
        return LEFT ? (V)(value << distance) : (V)(value >> distance);
    } else if constexpr (B < 14) {
        return shift_by<LEFT, W, 14>(value, (unsigned _BitInt(14))distance);
    } else {
        const V beyond = LEFT || value >= 0 ? (V)0 : (V)-1;
        return distance >= (unsigned _BitInt(B))W ? beyond : LEFT ? (V)(value << distance) : (V)(value >> distance);
    }
}
// A distance of `ap_uint` or a reference has 32 bits, as the vendor's; a native one has its own.
template <bool LEFT, int W, typename V, typename B> constexpr V shift(V value, const B &b) {
    constexpr int own = operand<B>::width, bits = kind_of<B> == Kind::native ? own : min(own, 32);
    if constexpr (!operand<B>::sign) {
        return shift_by<LEFT, W, bits>(value, (unsigned _BitInt(bits))operand<B>::get(b));
    } else {
        const auto distance = (signed _BitInt(own + 1))operand<B>::get(b);
        return distance < 0 ? shift_by<!LEFT, W, bits>(value, (unsigned _BitInt(bits))-distance)
                            : shift_by<LEFT, W, bits>(value, (unsigned _BitInt(bits))distance);
    }
}

}  // namespace hls_detail

#define HLS_SHIFT(OP, LEFT)                                                                                        \
    template <typename A, typename B, typename = hls_detail::only_if<hls_detail::shifts<A, B>()>>                 \
    constexpr auto operator OP(const A &a, const B &b) {                                                          \
        using T = hls_detail::operand<A>;                                                                         \
        constexpr bool loose = hls_detail::mixes<A, B>(hls_detail::Kind::range, hls_detail::Kind::integer);       \
        constexpr bool sign = loose ? T::type_sign : T::sign;                                                     \
        return ap_int_base<T::width, sign>::from(                                                                 \
            hls_detail::shift<LEFT, T::width>((hls_detail::raw_t<T::width, T::sign>)T::get(a), b));               \
    }
HLS_SHIFT(<<, true)
HLS_SHIFT(>>, false)
#undef HLS_SHIFT

namespace hls_detail {

// The right side of a compound assignment: references go through a native integer, fixed point loses its fraction.
template <typename B> constexpr decltype(auto) operated(const B &b) {
    if constexpr (kind_of<B> == Kind::range || kind_of<B> == Kind::concat) {
        return (unsigned long long)b;
    } else if constexpr (kind_of<B> == Kind::bit) {
        return (bool)b;
    } else if constexpr (kind_of<B> == Kind::fixed) {
        return b.to_ap_int_base();
    } else {
        return (b);
    }
}

}  // namespace hls_detail

#define HLS_ASSIGN(OP)                                                                                            \
    template <int W, bool S, typename B, typename = hls_detail::if_integral<B>>                                   \
    constexpr ap_int_base<W, S> &operator OP##=(ap_int_base<W, S> &a, const B &b) {                               \
        return a = ap_int_base<W, S>(a OP hls_detail::operated(b));                                               \
    }
HLS_ASSIGN(+)
HLS_ASSIGN(-)
HLS_ASSIGN(*)
HLS_ASSIGN(/)
HLS_ASSIGN(%)
HLS_ASSIGN(&)
HLS_ASSIGN(|)
HLS_ASSIGN(^)
HLS_ASSIGN(<<)
HLS_ASSIGN(>>)
#undef HLS_ASSIGN

#include "ap_int_concat.h"

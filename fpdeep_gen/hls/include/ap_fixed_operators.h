// Operators of ap_fixed and ap_ufixed with each other, with ap_int, and with native integers.
#pragma once

namespace hls_detail {

// Any operand as a fixed-point one.
template <typename T, bool FIXED = kind_of<T> == Kind::fixed> struct fixed_view {
    static constexpr int width = operand<T>::width, iwidth = operand<T>::width;
    static constexpr bool sign = operand<T>::sign;
    static constexpr raw_t<width, sign> get(const T &v) { return (raw_t<width, sign>)operand<T>::get(v); }
};
template <typename T> struct fixed_view<T, true> {
    static constexpr int width = operand<T>::width, iwidth = operand<T>::iwidth;
    static constexpr bool sign = operand<T>::sign;
    static constexpr raw_t<width, sign> get(const T &v) { return v.V; }
};

template <typename A, typename B> constexpr bool fixed_pair() {
    constexpr Kind F = Kind::fixed;
    return mixes<A, B>(F, F) || either<A, B>(F, Kind::integer) || either<A, B>(F, Kind::native);
}
// References are taken as the native integers that they convert to.
template <typename A, typename B> constexpr bool fixed_with_reference() {
    constexpr Kind F = Kind::fixed;
    return either<A, B>(F, Kind::range) || either<A, B>(F, Kind::bit) || either<A, B>(F, Kind::concat);
}
template <typename T> constexpr auto dereferenced(const T &v) {
    if constexpr (kind_of<T> == Kind::bit) {
        return (bool)v;
    } else if constexpr (kind_of<T> == Kind::range || kind_of<T> == Kind::concat) {
        return (unsigned long long)v;
    } else {
        return v;
    }
}

template <typename A, typename B> struct fixed_exact {
    using X = fixed_view<A>;
    using Y = fixed_view<B>;
    static constexpr int fx = X::width - X::iwidth, fy = Y::width - Y::iwidth, fraction = max(fx, fy);
    static constexpr int whole = max(X::iwidth + (Y::sign && !X::sign), Y::iwidth + (X::sign && !Y::sign));
    static constexpr bool sign = X::sign || Y::sign;
    using sum = fixed_t<whole + 1 + fraction, whole + 1, sign>;
    using difference = fixed_t<whole + 1 + fraction, whole + 1, true>;
    using product = fixed_t<X::width + Y::width, X::iwidth + Y::iwidth, sign>;
    using quotient = fixed_t<Y::sign + X::width + max(fy, 0), Y::sign + X::iwidth + fy, sign>;
    using logic = fixed_t<whole + fraction, whole, sign>;
};
// As with ap_int: `native op fixed` takes its type with the operands the other way round.
template <typename A, typename B, bool TURNED = mixes<A, B>(Kind::native, Kind::fixed)>
struct fixed_result : fixed_exact<A, B> {};
template <typename A, typename B> struct fixed_result<A, B, true> : fixed_exact<B, A> {};

// Both in units of the finer fraction, in the type R.
template <typename R, typename E, typename X, int F> constexpr R aligned(const E &v) {
    return (R)((R)X::get(v) << (F - (X::width - X::iwidth)));
}

template <typename A, typename B> constexpr auto divide(const A &a, const B &b) {
    using E = fixed_exact<A, B>;
    using X = typename E::X;
    using Y = typename E::Y;
    constexpr int up = max(E::fy, 0);
    constexpr int width = max(X::width + up + (Y::sign && !X::sign), Y::width + (X::sign && !Y::sign));
    using wide = raw_t<width + 2, true>;
    const wide quotient = (wide)(((wide)X::get(a) << up) / (wide)Y::get(b));
    return E::quotient::from((raw_t<E::quotient::width, E::sign>)wrap<width, E::sign>(quotient));
}

}  // namespace hls_detail

#define HLS_FIXED_PAIR typename = hls_detail::only_if<hls_detail::fixed_pair<A, B>()>
#define HLS_FIXED_BINARY(OP, KIND)                                                                                 \
    template <typename A, typename B, HLS_FIXED_PAIR, typename = void, typename = void>                            \
    constexpr auto operator OP(const A &a, const B &b) {                                                           \
        using namespace hls_detail;                                                                                \
        using E = fixed_exact<A, B>;                                                                               \
        using T = typename E::KIND;                                                                                \
        using raw = typename T::raw;                                                                               \
        const auto value = T::from((raw)(aligned<raw, A, typename E::X, E::fraction>(a)                            \
                                             OP aligned<raw, B, typename E::Y, E::fraction>(b)));                  \
        return typename fixed_result<A, B>::KIND(value);                                                           \
    }
HLS_FIXED_BINARY(+, sum)
HLS_FIXED_BINARY(-, difference)
HLS_FIXED_BINARY(&, logic)
HLS_FIXED_BINARY(|, logic)
HLS_FIXED_BINARY(^, logic)
#undef HLS_FIXED_BINARY

template <typename A, typename B, HLS_FIXED_PAIR, typename = void, typename = void>
constexpr auto operator*(const A &a, const B &b) {
    using E = hls_detail::fixed_exact<A, B>;
    using T = typename E::product;
    using raw = typename T::raw;
    return T::from((raw)((raw)E::X::get(a) * (raw)E::Y::get(b)));
}
template <typename A, typename B, HLS_FIXED_PAIR, typename = void, typename = void>
constexpr auto operator/(const A &a, const B &b) {
    return typename hls_detail::fixed_result<A, B>::quotient(hls_detail::divide(a, b));
}

#define HLS_FIXED_REFERENCE(OP)                                                                                    \
    template <typename A, typename B, typename = hls_detail::only_if<hls_detail::fixed_with_reference<A, B>()>,    \
              typename = void, typename = void, typename = void>                                                   \
    constexpr auto operator OP(const A &a, const B &b) {                                                           \
        return hls_detail::dereferenced(a) OP hls_detail::dereferenced(b);                                         \
    }
HLS_FIXED_REFERENCE(+)
HLS_FIXED_REFERENCE(-)
HLS_FIXED_REFERENCE(*)
HLS_FIXED_REFERENCE(/)
HLS_FIXED_REFERENCE(&)
HLS_FIXED_REFERENCE(|)
HLS_FIXED_REFERENCE(^)
HLS_FIXED_REFERENCE(==)
HLS_FIXED_REFERENCE(!=)
HLS_FIXED_REFERENCE(<)
HLS_FIXED_REFERENCE(<=)
HLS_FIXED_REFERENCE(>)
HLS_FIXED_REFERENCE(>=)
#undef HLS_FIXED_REFERENCE

namespace hls_detail {

// The vendor's widths, which decide whether two signs are compared as C does.
template <typename A, typename B> struct fixed_comparison {
    using E = fixed_exact<A, B>;
    using X = typename E::X;
    using Y = typename E::Y;
    static constexpr int wx = X::width + (E::fx < E::fy ? E::fy - E::fx + 1 : 0);
    static constexpr int wy = max(Y::width + (E::fx > E::fy ? E::fx - E::fy : 0), 1);
    using base = comparison<wx, X::sign, wy, Y::sign>;
    template <typename C, typename T, typename V> static constexpr C side(const T &v) {
        return aligned<C, T, V, E::fraction>(v);
    }
};

// A floating-point constant in units of 2^-(F+1), odd where it lies between two values of F: it orders as the constant
// does. What is beyond the range is kept beyond it.
template <int W, int F> constexpr signed _BitInt(W + 64) threshold(double value) {
    bool inexact = false;
    const signed _BitInt(W + 62) units = scaled<W + 2, F>(value, inexact);
    return (signed _BitInt(W + 64))(((signed _BitInt(W + 64))units << 1) | (inexact ? 1 : 0));
}

}  // namespace hls_detail

#define HLS_FIXED_COMPARE(OP, HOW)                                                                                 \
    template <typename A, typename B, HLS_FIXED_PAIR, typename = void, typename = void>                            \
    constexpr bool operator OP(const A &a, const B &b) {                                                           \
        using F = hls_detail::fixed_comparison<A, B>;                                                              \
        using C = typename F::base::HOW;                                                                           \
        return F::template side<C, A, typename F::X>(a) OP F::template side<C, B, typename F::Y>(b);               \
    }                                                                                                              \
    template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>                                               \
    constexpr bool operator OP(const ap_fixed_base<W, I, S, Q, O, N> &a, double b) {                               \
        using C = signed _BitInt(W + 64);                                                                          \
        return (C)((C)a.V << 1) OP hls_detail::threshold<W, W - I>(b);                                             \
    }                                                                                                              \
    template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N>                                               \
    constexpr bool operator OP(double a, const ap_fixed_base<W, I, S, Q, O, N> &b) {                               \
        using C = signed _BitInt(W + 64);                                                                          \
        return hls_detail::threshold<W, W - I>(a) OP(C)((C)b.V << 1);                                              \
    }
HLS_FIXED_COMPARE(==, equality)
HLS_FIXED_COMPARE(!=, equality)
HLS_FIXED_COMPARE(<, order)
HLS_FIXED_COMPARE(<=, order)
HLS_FIXED_COMPARE(>, order)
HLS_FIXED_COMPARE(>=, order)
#undef HLS_FIXED_COMPARE
#undef HLS_FIXED_PAIR

// Shifts move the bits within the format: nothing is rounded or saturated.
#define HLS_FIXED_SHIFT(OP, LEFT)                                                                                  \
    template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N, typename B,                                   \
              typename = hls_detail::if_integral<B>>                                                               \
    constexpr auto operator OP(const ap_fixed_base<W, I, S, Q, O, N> &a, const B &b) {                             \
        using namespace hls_detail;                                                                                \
        if constexpr (kind_of<B> == Kind::fixed) {                                                                 \
            return a OP b.to_ap_int_base();                                                                        \
        } else if constexpr (kind_of<B> == Kind::integer) {                                                        \
            const long long distance = operand<B>::sign ? (long long)b.to_int() : (long long)b.to_uint();          \
            return ap_fixed_base<W, I, S, Q, O, N>::from(shift<LEFT, W>(a.V, distance));                           \
        } else {                                                                                                   \
            const auto distance = dereferenced(b);                                                                 \
            return ap_fixed_base<W, I, S, Q, O, N>::from(shift<LEFT, W>(a.V, distance));                           \
        }                                                                                                          \
    }
HLS_FIXED_SHIFT(<<, true)
HLS_FIXED_SHIFT(>>, false)
#undef HLS_FIXED_SHIFT

#define HLS_FIXED_ASSIGN(OP)                                                                                       \
    template <int W, int I, bool S, ap_q_mode Q, ap_o_mode O, int N, typename B,                                   \
              typename = hls_detail::if_integral<B>>                                                               \
    constexpr ap_fixed_base<W, I, S, Q, O, N> &operator OP##=(ap_fixed_base<W, I, S, Q, O, N> &a, const B &b) {    \
        return a = ap_fixed_base<W, I, S, Q, O, N>(a OP hls_detail::dereferenced(b));                              \
    }
HLS_FIXED_ASSIGN(+)
HLS_FIXED_ASSIGN(-)
HLS_FIXED_ASSIGN(*)
HLS_FIXED_ASSIGN(/)
HLS_FIXED_ASSIGN(&)
HLS_FIXED_ASSIGN(|)
HLS_FIXED_ASSIGN(^)
HLS_FIXED_ASSIGN(<<)
HLS_FIXED_ASSIGN(>>)
#undef HLS_FIXED_ASSIGN

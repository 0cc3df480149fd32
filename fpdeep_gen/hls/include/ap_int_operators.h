// Operators of ap_int and ap_uint with each other, with bit and range references, and with native integers.
#pragma once

namespace hls_detail {

template <typename A, typename B>
using either_wide = enable<operand<A>::valid && operand<B>::valid && (operand<A>::wide || operand<B>::wide)>;

template <typename A, typename B> struct result {
    static constexpr int wa = operand<A>::width, wb = operand<B>::width;
    static constexpr bool sa = operand<A>::sign, sb = operand<B>::sign;
    static constexpr int both = max(wa + (sb && !sa), wb + (sa && !sb));  // holds the values of both
    static constexpr bool sign = sa || sb;
    using sum = ap_int_base<both + 1, sign>;
    using difference = ap_int_base<both + 1, true>;
    using product = ap_int_base<wa + wb, sign>;
    using quotient = ap_int_base<wa + sb, sign>;
    using remainder = ap_int_base<min(wa, wb + (!sb && sa)), sa>;
    using logic = ap_int_base<both, sign>;
    using common = raw_t<both, sign>;
    using divisible = raw_t<both + 1, sign>;
};

template <typename R, typename A> constexpr auto as(const A &a) { return (R)operand<A>::get(a); }

}  // namespace hls_detail

#define HLS_BINARY(OP, KIND, COMMON)                                                                             \
    template <typename A, typename B, typename = typename hls_detail::either_wide<A, B>::type>                   \
    constexpr auto operator OP(const A &a, const B &b) {                                                         \
        using R = typename hls_detail::result<A, B>::KIND;                                                       \
        using C = COMMON;                                                                                        \
        return R::from(hls_detail::as<C>(a) OP hls_detail::as<C>(b));                                            \
    }
#define HLS_OWN typename R::raw
#define HLS_DIVISIBLE typename hls_detail::result<A COMMA B>::divisible
#define COMMA ,
HLS_BINARY(+, sum, HLS_OWN)
HLS_BINARY(-, difference, HLS_OWN)
HLS_BINARY(*, product, HLS_OWN)
HLS_BINARY(/, quotient, typename hls_detail::result<A COMMA B>::divisible)
HLS_BINARY(%, remainder, typename hls_detail::result<A COMMA B>::divisible)
HLS_BINARY(&, logic, HLS_OWN)
HLS_BINARY(|, logic, HLS_OWN)
HLS_BINARY(^, logic, HLS_OWN)
#undef HLS_BINARY
#undef HLS_OWN
#undef HLS_DIVISIBLE
#undef COMMA

#define HLS_COMPARE(OP)                                                                                          \
    template <typename A, typename B, typename = typename hls_detail::either_wide<A, B>::type>                   \
    constexpr bool operator OP(const A &a, const B &b) {                                                         \
        using C = typename hls_detail::result<A, B>::common;                                                     \
        return hls_detail::as<C>(a) OP hls_detail::as<C>(b);                                                     \
    }
HLS_COMPARE(==)
HLS_COMPARE(!=)
HLS_COMPARE(<)
HLS_COMPARE(<=)
HLS_COMPARE(>)
HLS_COMPARE(>=)
#undef HLS_COMPARE

namespace hls_detail {

// Shifts keep the type of the left operand; a distance beyond the width gives the sign or zero; a negative one turns back.
template <bool LEFT, int W, bool S, typename D> constexpr ap_int_base<W, S> shift_by(ap_int_base<W, S> value, D distance) {
    using raw = raw_t<W, S>;
    if constexpr (LEFT) {
        return ap_int_base<W, S>::from(distance < (D)W ? (raw)(value.V << distance) : (raw)0);
    } else {
        return ap_int_base<W, S>::from(distance < (D)W ? (raw)(value.V >> distance) : (raw)(value.V < 0 ? -1 : 0));
    }
}

template <bool LEFT, int W, bool S, typename B> constexpr ap_int_base<W, S> shift(ap_int_base<W, S> value, const B &b) {
    if constexpr (operand<B>::sign) {
        const long long distance = (long long)operand<B>::get(b);
        return distance < 0 ? shift_by<!LEFT>(value, -distance) : shift_by<LEFT>(value, distance);
    } else {
        return shift_by<LEFT>(value, (unsigned long long)operand<B>::get(b));
    }
}

template <typename A> constexpr auto widen(const A &a) {
    return ap_int_base<operand<A>::width, operand<A>::sign>::from(operand<A>::get(a));
}

}  // namespace hls_detail

template <typename A, typename B, typename = typename hls_detail::either_wide<A, B>::type>
constexpr auto operator<<(const A &a, const B &b) {
    return hls_detail::shift<true>(hls_detail::widen(a), b);
}
template <typename A, typename B, typename = typename hls_detail::either_wide<A, B>::type>
constexpr auto operator>>(const A &a, const B &b) {
    return hls_detail::shift<false>(hls_detail::widen(a), b);
}

#define HLS_ASSIGN(OP)                                                                                           \
    template <int W, bool S, typename B, typename = typename hls_detail::enable<hls_detail::operand<B>::valid>::type> \
    constexpr ap_int_base<W, S> &operator OP##=(ap_int_base<W, S> &a, const B &b) {                              \
        return a = ap_int_base<W, S>(a OP b);                                                                    \
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

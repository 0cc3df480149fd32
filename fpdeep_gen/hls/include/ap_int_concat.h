// Concatenation: `(a, b)` and `a.concat(b)` of values, bits, ranges, native integers; the first operand lies highest.
#pragma once

namespace hls_detail {

template <int W, bool S> constexpr part_of<W, S> part(const ap_int_base<W, S> &v) {
    return {const_cast<ap_int_base<W, S> &>(v)};
}
template <typename V> constexpr const range_ref<V> &part(const range_ref<V> &v) { return v; }
template <typename V> constexpr const bit_ref<V> &part(const bit_ref<V> &v) { return v; }
template <typename A, typename B> constexpr const concat_ref<A, B> &part(const concat_ref<A, B> &v) { return v; }

template <typename A, typename B> constexpr concat_ref<A, B> concat_of(const A &a, const B &b) { return {a, b}; }
template <typename A, typename B> constexpr auto join(const A &a, const B &b) { return concat_of(part(a), part(b)); }

template <typename A, typename B> constexpr bool joins() {
    constexpr bool a = is_whole<A> && kind_of<A> != Kind::native, b = is_whole<B> && kind_of<B> != Kind::native;
    return a && b;
}

// With a native integer the result is a value. Where the other side is a range or a concatenation, a negative one
// reaches above its own width, as the vendor's does.
template <int W, typename A, typename B> constexpr unsigned _BitInt(W) join_native(const A &a, const B &b) {
    using bits_t = unsigned _BitInt(W);
    if constexpr (kind_of<B> == Kind::native) {
        using low_t = unsigned _BitInt(Of<B>::width);
        const bits_t upper = (bits_t)((bits_t)part(a).bits() << Of<B>::width);
        const bits_t low = kind_of<A> == Kind::concat ? (bits_t)Of<B>::get(b) : (bits_t)(low_t)Of<B>::get(b);
        return upper | low;
    } else {
        return (bits_t)((bits_t)Of<A>::get(a) << part(b).length()) | (bits_t)part(b).bits();
    }
}

template <typename A, typename B> constexpr bool joins_native() {
    return (kind_of<A> == Kind::native && is_whole<B> && kind_of<B> != Kind::native) ||
           (kind_of<B> == Kind::native && is_whole<A> && kind_of<A> != Kind::native);
}

}  // namespace hls_detail

template <typename A, typename B, typename = hls_detail::only_if<hls_detail::joins<A, B>()>>
constexpr auto operator,(const A &a, const B &b) {
    return hls_detail::join(a, b);
}
template <typename A, typename B, typename = hls_detail::only_if<hls_detail::joins_native<A, B>()>, typename = void>
constexpr auto operator,(const A &a, const B &b) {
    constexpr int W = hls_detail::operand<A>::width + hls_detail::operand<B>::width;
    return ap_int_base<W, false>::from(hls_detail::join_native<W>(a, b));
}

// How a value lies in a word: members in order of declaration, the first lowest, nothing between; also as a text.
#pragma once
#include "ap_int.h"
#include "hls_vector.h"

namespace hls {
template <typename T, size_t W_USER, size_t W_ID, size_t W_DEST, unsigned char ENABLED, bool STRICT> struct axis;
}

namespace hls_detail {

template <typename... T> struct types {};

// Never called: its result names the member types of a structure.
template <typename T> auto members_of(T &value) {
    auto &[... member] = value;
    return types<decltype(member)...>{};
}

template <typename T, typename = void> struct holds_raw {
    static constexpr bool value = false;
};
template <typename T> struct holds_raw<T, typename enable<sizeof(((T *)0)->V) != 0>::type> {
    static constexpr bool value = true;
};

// Text of a layout: `u8` and `i8` are integers, `[4 ...]` an array, `v[4 ...]` a vector, `{...}` a structure, `a{...}` one
// of AXI4-Stream, `s` a stream.
struct layout_text {
    char data[1000] = {};
    int size = 0;
    constexpr layout_text() {
        for (char &letter : data) letter = ' ';  // without zeros the compiler keeps it as one text
    }
    constexpr void put(char letter) { data[size++] = letter; }
    constexpr void number(int value) {
        if (value >= 10) number(value / 10);
        put((char)('0' + value % 10));
    }
};

template <typename T> struct layout;

template <int W> using bits_t = raw_t<W, false>;

// A structure in W bits, member by member; `Place` puts and gets one of them, and moves `at` from 0 to the end.
template <typename Place, typename T, int W> struct structure_bits {
    static constexpr int width = W;
    static bits_t<W> pack(const T &value) {
        bits_t<W> result = 0;
        int at = 0;
        auto &[... member] = value;
        (Place::put(result, at, member), ...);
        return result;
    }
    static void unpack(T &value, bits_t<W> bits) {
        int at = 0;
        auto &[... member] = value;
        (Place::get(bits, at, member), ...);
    }
};

// An array C of N elements T in W bits, each as `Element` packs it.
template <typename Element, typename C, int N, int W> struct array_bits {
    static constexpr int width = W, step = Element::width;
    static bits_t<W> pack(const C &value) {
        bits_t<W> result = 0;
        for (int i = 0; i < N; i++) {
#pragma HLS UNROLL
            result |= (bits_t<W>)((bits_t<W>)Element::pack(value[i]) << (i * step));
        }
        return result;
    }
    static void unpack(C &value, bits_t<W> bits) {
        for (int i = 0; i < N; i++) {
#pragma HLS UNROLL
            Element::unpack(value[i], (bits_t<step>)(bits >> (i * step)));
        }
    }
};

template <typename T, typename M> struct structure_layout;
template <typename T, typename... M>
struct structure_layout<T, types<M...>>
    : structure_bits<structure_layout<T, types<M...>>, T, (0 + ... + layout<M>::width)> {
    static constexpr int width = (0 + ... + layout<M>::width);
    static constexpr void describe(layout_text &text) {
        text.put('{');
        (layout<M>::describe(text), ...);
        text.put('}');
    }
    template <typename F> static void put(bits_t<width> &bits, int &at, const F &member) {
        constexpr int own = layout<F>::width;  // nothing may be shifted beyond the last bit, not even nothing
        if constexpr (own > 0) bits |= (bits_t<width>)((bits_t<width>)layout<F>::pack(member) << at);
        at += own;
    }
    template <typename F> static void get(const bits_t<width> &bits, int &at, F &member) {
        constexpr int own = layout<F>::width;
        if constexpr (own > 0) layout<F>::unpack(member, (bits_t<own>)(bits >> at));
        at += own;
    }
};

template <typename T> struct axis_layout : structure_layout<T, decltype(members_of(*(T *)0))> {
    static constexpr void describe(layout_text &text) {
        text.put('a');
        structure_layout<T, decltype(members_of(*(T *)0))>::describe(text);
    }
};

template <typename T> struct integer_layout {
    static constexpr int width = operand<T>::width;
    static constexpr void describe(layout_text &text) {
        text.put(operand<T>::sign ? 'i' : 'u');
        text.number(width);
    }
    static bits_t<width> pack(const T &value) { return (bits_t<width>)operand<T>::get(value); }
    static void unpack(T &value, bits_t<width> bits) {
        if constexpr (holds_raw<T>::value)
            value.V = wrap<width, operand<T>::sign>(bits);
        else
            value = (T)bits;
    }
};

template <typename T> struct enum_layout {
    using base = integer_layout<__underlying_type(T)>;
    static constexpr int width = base::width;
    static constexpr void describe(layout_text &text) { base::describe(text); }
    static bits_t<width> pack(const T &value) { return base::pack((__underlying_type(T))value); }
    static void unpack(T &value, bits_t<width> bits) { value = (T)bits; }
};

template <typename C, typename T, int N>
struct array_layout : array_bits<layout<T>, C, N, layout<T>::width * N> {
    static constexpr void describe(layout_text &text) {
        text.put('[');
        text.number(N);
        text.put(' ');
        layout<T>::describe(text);
        text.put(']');
    }
};

template <typename T> constexpr auto layout_kind() {
    if constexpr (operand<T>::valid)
        return types<integer_layout<T>>{};
    else if constexpr (__is_enum(T))
        return types<enum_layout<T>>{};
    else {
        static_assert(__is_class(T), "arguments and words of streams are made of integers, fixed-point numbers, "
                                     "enumerations, and arrays and structures of these");
        return types<structure_layout<T, decltype(members_of(*(T *)0))>>{};
    }
}
template <typename T> struct only;
template <typename T> struct only<types<T>> {
    using type = T;
};

template <typename T> struct layout : only<decltype(layout_kind<T>())>::type {};
template <typename T> struct layout<const T> : layout<T> {};
template <typename T, size_t N> struct layout<T[N]> : array_layout<T[N], T, (int)N> {};
template <typename T, size_t N> struct layout<hls::vector<T, N>> : array_layout<hls::vector<T, N>, T, (int)N> {
    static constexpr void describe(layout_text &text) {
        text.put('v');
        array_layout<hls::vector<T, N>, T, (int)N>::describe(text);
    }
};
template <typename T, size_t W_USER, size_t W_ID, size_t W_DEST, unsigned char ENABLED, bool STRICT>
struct layout<hls::axis<T, W_USER, W_ID, W_DEST, ENABLED, STRICT>>
    : axis_layout<hls::axis<T, W_USER, W_ID, W_DEST, ENABLED, STRICT>> {};

// A value as it lies in memory: its bytes, members at their natural places, integers with their signs.
template <typename T> struct image;
template <typename T, typename M> struct structure_image;
template <typename T, typename... M>
struct structure_image<T, types<M...>> : structure_bits<structure_image<T, types<M...>>, T, 8 * (int)sizeof(T)> {
    static constexpr int width = 8 * (int)sizeof(T);
    template <typename F> static void put(bits_t<width> &bits, int &at, const F &member) {
        at = (at + (int)alignof(F) - 1) / (int)alignof(F) * (int)alignof(F);
        bits |= (bits_t<width>)((bits_t<width>)image<F>::pack(member) << (8 * at));
        at += (int)sizeof(F);
    }
    template <typename F> static void get(const bits_t<width> &bits, int &at, F &member) {
        at = (at + (int)alignof(F) - 1) / (int)alignof(F) * (int)alignof(F);
        image<F>::unpack(member, (bits_t<8 * (int)sizeof(F)>)(bits >> (8 * at)));
        at += (int)sizeof(F);
    }
};
template <typename T> struct integer_image {
    static constexpr int width = 8 * (int)sizeof(T), own = layout<T>::width;
    static bits_t<width> pack(const T &value) {
        const bits_t<own> bits = layout<T>::pack(value);
        if constexpr (is_signed())
            return (bits_t<width>)(raw_t<width, true>)(raw_t<own, true>)bits;
        else
            return (bits_t<width>)bits;
    }
    static void unpack(T &value, bits_t<width> bits) { layout<T>::unpack(value, (bits_t<own>)bits); }
    static constexpr bool is_signed() {
        if constexpr (__is_enum(T))
            return operand<__underlying_type(T)>::sign;
        else
            return operand<T>::sign;
    }
};
template <typename T> constexpr auto image_kind() {
    if constexpr (operand<T>::valid || __is_enum(T))
        return types<integer_image<T>>{};
    else
        return types<structure_image<T, decltype(members_of(*(T *)0))>>{};
}
template <typename T> struct image : only<decltype(image_kind<T>())>::type {};
template <typename T> struct image<const T> : image<T> {};
template <typename T, size_t N> struct image<T[N]> : array_bits<image<T>, T[N], (int)N, 8 * (int)sizeof(T[N])> {};
template <typename T, size_t N>
struct image<hls::vector<T, N>>
    : array_bits<image<T>, hls::vector<T, N>, (int)N, 8 * (int)sizeof(hls::vector<T, N>)> {};

template <typename T> constexpr layout_text text_of() {
    layout_text text;
    layout<T>::describe(text);
    return text;
}
template <typename T> constexpr layout_text layout_text_of = text_of<T>();

// The arguments of a function by number, without reference and const.
template <typename T> struct plain {
    using type = T;
};
template <typename T> struct plain<const T> : plain<T> {};
template <typename T> struct plain<volatile T> : plain<T> {};
template <typename T> struct plain<const volatile T> : plain<T> {};
template <typename T> struct plain<T &> : plain<T> {};
template <typename T> struct pointee : plain<T> {};
template <typename T> struct pointee<T *> : plain<T> {};

template <int I, typename F> struct argument;
template <typename R, typename A, typename... B> struct argument<0, R(A, B...)> {
    using type = A;
};
template <int I, typename R, typename A, typename... B>
struct argument<I, R(A, B...)> : argument<I - 1, R(B...)> {};
template <typename F> struct return_type;
template <typename R, typename... A> struct return_type<R(A...)> {
    using type = typename plain<R>::type;
};

template <int I, typename F> using value_of = typename plain<typename argument<I, F>::type>::type;
template <int I, typename F> using pointed_of = typename pointee<value_of<I, F>>::type;
template <typename F> using result_of = typename return_type<F>::type;

// The word type behind a stream, an array of streams, or a reference to either.
template <typename T> struct stream_word;
template <typename T> struct stream_word<T &> : stream_word<T> {};
template <typename T> struct stream_word<T *> : stream_word<T> {};
template <typename T, size_t N> struct stream_word<T[N]> : stream_word<T> {};

}  // namespace hls_detail

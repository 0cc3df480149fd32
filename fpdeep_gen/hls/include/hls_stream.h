// Blocking and non-blocking streams. A word crosses as a token: an opaque address whose bytes are the word in memory.
#pragma once
#include "ap_int.h"
#include "cassert"
#include "hls_layout.h"
#include "hls_vector.h"
#include "utility"

#ifndef hls_thread_local
#define hls_thread_local
#endif

namespace hls_detail {

template <bool C, typename A, typename B> struct choose {
    using type = A;
};
template <typename A, typename B> struct choose<false, A, B> {
    using type = B;
};

// How a word of type T is packed: `count` elements of `width` bits each. What is no integer and no vector of integers
// crosses as one integer of all its bits.
template <typename T, bool = operand<T>::valid> struct word {
    using carried = ap_uint<layout<T>::width>;
    static constexpr bool plain = false, sign = false;
    static constexpr int width = layout<T>::width, count = 1, stride = sizeof(carried);
};
template <typename T> struct word<T, true> {
    using carried = T;
    static constexpr bool plain = true, sign = operand<T>::sign;
    static constexpr int width = operand<T>::width, count = 1, stride = sizeof(T);
};
template <typename T, size_t N> struct word<hls::vector<T, N>, false> {
    using inner = word<T>;
    static constexpr bool plain = inner::plain, sign = plain && inner::sign;
    static constexpr int width = plain ? inner::width : inner::width * (int)N, count = plain ? inner::count * (int)N : 1;
    using carried = typename choose<plain, hls::vector<T, N>, ap_uint<layout<hls::vector<T, N>>::width>>::type;
    static constexpr int stride = plain ? inner::stride : (int)sizeof(carried);
};

}  // namespace hls_detail

namespace hls {

template <typename T, int DEPTH = 0> class stream;

template <typename T> class stream<T, 0> {
    using word = hls_detail::word<T>;
    using carried = typename word::carried;
    char identity_;

    static T unpacked(const void *token) {
        T value;
        hls_detail::layout<T>::unpack(value, ((const carried *)token)->V);
        return value;
    }
    static void put(carried *token, const T &value) {
        if constexpr (word::plain)
            *token = value;
        else
            token->V = hls_detail::layout<T>::pack(value);
    }

  public:
    using value_type = T;
    stream() { __hls_stream_declare(this, 0, word::width * word::count); }
    explicit stream(const char *) : stream() {}
    explicit stream(int depth) { __hls_stream_declare(this, depth, word::width * word::count); }
    stream(const stream &) = delete;
    stream &operator=(const stream &) = delete;

    T read() {
        const void *token = __hls_stream_read(this, word::width, word::count, word::stride, word::sign);
        if constexpr (word::plain)
            return *(const T *)token;
        else
            return unpacked(token);
    }
    void read(T &value) { value = read(); }
    void operator>>(T &value) { value = read(); }
    bool read_nb(T &value) {
        const void *token = __hls_stream_try_read(this, word::width, word::count, word::stride, word::sign);
        const bool ok = __hls_token_ok(token);
        if constexpr (word::plain) {
            const T word_read = *(const T *)token;
            if (ok) value = word_read;
        } else {
            const T word_read = unpacked(token);
            if (ok) value = word_read;
        }
        return ok;
    }
    void write(const T &value) {
        carried *token = (carried *)__hls_stream_begin(this, word::width, word::count, word::stride);
        put(token, value);
        __hls_stream_write(token);
    }
    void operator<<(const T &value) { write(value); }
    bool write_nb(const T &value) {
        carried *token = (carried *)__hls_stream_begin(this, word::width, word::count, word::stride);
        put(token, value);
        return __hls_stream_try_write(token);
    }
    bool empty() const { return __hls_stream_empty(this); }
    bool full() const { return __hls_stream_full(this); }
    template <typename X = T> unsigned size() const {
        static_assert(!__is_same(X, T), "the number of words in a stream has no hardware: use empty() or full()");
        return 0;
    }
    void set_name(const char *) {}
};

template <typename T, int DEPTH> class stream : public stream<T, 0> {
  public:
    stream() : stream<T, 0>(DEPTH) {}
    explicit stream(const char *) : stream<T, 0>(DEPTH) {}
};

}  // namespace hls

namespace hls_detail {
template <typename T, int DEPTH> struct stream_word<hls::stream<T, DEPTH>> {
    using type = T;
};
template <typename T, int DEPTH> struct layout<hls::stream<T, DEPTH>> {  // in a structure, which is refused by its text
    static constexpr int width = 0;
    static constexpr void describe(layout_text &text) { text.put('s'); }
};
}  // namespace hls_detail

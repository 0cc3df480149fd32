// Blocking and non-blocking streams. A word crosses as a token: an opaque address whose bytes are the word in memory.
#pragma once
#include "ap_int.h"
#include "hls_vector.h"

#ifndef hls_thread_local
#define hls_thread_local
#endif

namespace hls_detail {

// How a word of type T is packed: `count` elements of `width` bits each.
template <typename T> struct word {
    static_assert(operand<T>::valid, "a stream carries ap_int, ap_uint, native integers, or hls::vector of them");
    static constexpr int width = operand<T>::width, count = 1, stride = sizeof(T);
    static constexpr bool sign = operand<T>::sign;
};
template <typename T, size_t N> struct word<hls::vector<T, N>> {
    static constexpr int width = word<T>::width, count = word<T>::count * (int)N, stride = word<T>::stride;
    static constexpr bool sign = word<T>::sign;
};

}  // namespace hls_detail

namespace hls {

template <typename T, int DEPTH = 0> class stream;

template <typename T> class stream<T, 0> {
    using word = hls_detail::word<T>;
    char identity_;

  public:
    stream() { __hls_stream_declare(this, 0, word::width * word::count); }
    explicit stream(const char *) : stream() {}
    explicit stream(int depth) { __hls_stream_declare(this, depth, word::width * word::count); }
    stream(const stream &) = delete;
    stream &operator=(const stream &) = delete;

    T read() { return *(const T *)__hls_stream_read(this, word::width, word::count, word::stride, word::sign); }
    void read(T &value) { value = read(); }
    void operator>>(T &value) { value = read(); }
    bool read_nb(T &value) {
        const void *token = __hls_stream_try_read(this, word::width, word::count, word::stride, word::sign);
        const bool ok = __hls_token_ok(token);
        const T word_read = *(const T *)token;
        if (ok) value = word_read;
        return ok;
    }
    void write(const T &value) {
        T *token = (T *)__hls_stream_begin(this, word::width, word::count, word::stride);
        *token = value;
        __hls_stream_write(token);
    }
    void operator<<(const T &value) { write(value); }
    bool write_nb(const T &value) {
        T *token = (T *)__hls_stream_begin(this, word::width, word::count, word::stride);
        *token = value;
        return __hls_stream_try_write(token);
    }
    bool empty() const { return __hls_stream_empty(this); }
    bool full() const { return __hls_stream_full(this); }
};

template <typename T, int DEPTH> class stream : public stream<T, 0> {
  public:
    stream() : stream<T, 0>(DEPTH) {}
    explicit stream(const char *) : stream<T, 0>(DEPTH) {}
};

}  // namespace hls

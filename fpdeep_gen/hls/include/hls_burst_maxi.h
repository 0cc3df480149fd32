// A port to memory whose bursts the kernel asks for itself. The object is the address of the memory; elements cross as
// tokens, as the words of streams do.
#pragma once
#include "hls_stream.h"

namespace hls {

template <typename T> class burst_maxi {
    using word = hls_detail::word<T>;
    using carried = typename word::carried;
    T *memory_;

  public:
    using value_type = T;
    burst_maxi(T *memory) : memory_(memory) {}

    void read_request(size_t offset, size_t length) { __hls_burst_read_request(memory_, offset, length); }
    T read() {
        const void *token = __hls_burst_read(memory_, word::width, word::count, word::stride, word::sign);
        if constexpr (word::plain) {
            return *(const T *)token;
        } else {
            T value;
            hls_detail::layout<T>::unpack(value, ((const carried *)token)->V);
            return value;
        }
    }
    void write_request(size_t offset, size_t length) { __hls_burst_write_request(memory_, offset, length); }
    void write(const T &value) { put(value, -1, -1); }
    void write(const T &value, ap_int<sizeof(T)> enabled) {
        const ap_uint<128> mask = (ap_uint<sizeof(T)>)enabled;
        put(value, (unsigned long long)mask.V, (unsigned long long)(mask.V >> 64));
    }
    void write_response() { __hls_burst_response(memory_); }
    // Elements of another type, as they lie in memory, from any byte on.
    template <typename U = T> void read_request_unaligned(size_t byte, size_t length) {
        fits<U>();
        __hls_burst_read_request_at(memory_, byte, length, (int)sizeof(U));
    }
    template <typename U = T> void write_request_unaligned(size_t byte, size_t length) {
        fits<U>();
        __hls_burst_write_request_at(memory_, byte, length, (int)sizeof(U));
    }
    template <typename U> U read() {
        fits<U>();
        if constexpr (__is_same(U, T)) {
            return read();
        } else {
            using bytes = ap_uint<8 * (int)sizeof(U)>;
            const void *token = __hls_burst_read_at(memory_, 8 * (int)sizeof(U), 1, (int)sizeof(bytes), false);
            U value;
            hls_detail::image<U>::unpack(value, ((const bytes *)token)->V);
            return value;
        }
    }
    template <typename U, typename V> void write(const V &value, ap_int<sizeof(U)> enabled = -1) {
        fits<U>();
        if constexpr (__is_same(U, T)) {
            write((T)value, enabled);
        } else {
            using bytes = ap_uint<8 * (int)sizeof(U)>;
            bytes *token = (bytes *)__hls_stream_begin(memory_, 8 * (int)sizeof(U), 1, (int)sizeof(bytes));
            token->V = hls_detail::image<U>::pack((U)value);
            const ap_uint<128> mask = (ap_uint<sizeof(U)>)enabled;
            __hls_burst_write_at(token, (unsigned long long)mask.V, (unsigned long long)(mask.V >> 64));
        }
    }

  private:
    template <typename U> static void fits() {
        static_assert(sizeof(U) <= sizeof(T), "an element of a burst is no larger than those of the port");
    }
    void put(const T &value, unsigned long long low, unsigned long long high) {
        carried *token = (carried *)__hls_stream_begin(memory_, word::width, word::count, word::stride);
        if constexpr (word::plain)
            *token = value;
        else
            token->V = hls_detail::layout<T>::pack(value);
        __hls_burst_write(token, low, high);
    }
};

}  // namespace hls

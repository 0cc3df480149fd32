// A port to memory whose bursts the kernel asks for itself. The object is the address of the memory; elements cross as
// tokens, as the words of streams do.
#pragma once
#include "hls_stream.h"

#define HLS_NO_UNALIGNED                                                                                             \
    __attribute__((unavailable("bursts cross in whole elements of the port's type, from one element on: ask for "    \
                               "these, and take them apart")))

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
    // With another type than the port's, at any byte: not there.
    template <typename U> HLS_NO_UNALIGNED void read_request_unaligned(size_t, size_t);
    template <typename U> HLS_NO_UNALIGNED void write_request_unaligned(size_t, size_t);
    template <typename U> HLS_NO_UNALIGNED U read();
    template <typename U>
    HLS_NO_UNALIGNED void write(const typename hls_detail::plain<typename burst_maxi<U>::value_type>::type &);

  private:
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
#undef HLS_NO_UNALIGNED

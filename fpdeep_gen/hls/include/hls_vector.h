// A word of N elements. On a stream element 0 is lowest and nothing lies between elements.
#pragma once
#include "hls_traits.h"

namespace hls {

template <typename T, size_t N> struct vector {
    T data_[N];

    using value_type = T;
    static constexpr size_t size() { return N; }

    vector() = default;
    vector(const vector &) = default;
    vector &operator=(const vector &) = default;
    vector(const T &value) {
        for (size_t i = 0; i < N; i++) {
#pragma HLS UNROLL
            data_[i] = value;
        }
    }
    T &operator[](size_t index) { return data_[index]; }
    const T &operator[](size_t index) const { return data_[index]; }
    T *begin() { return data_; }
    T *end() { return data_ + N; }
};

}  // namespace hls

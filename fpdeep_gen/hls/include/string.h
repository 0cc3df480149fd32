// Copies and fills, for synthesis without a C library.
#pragma once
#include "stddef.h"

inline void *memcpy(void *to, const void *from, size_t bytes) { return __builtin_memcpy(to, from, bytes); }
inline void *memmove(void *to, const void *from, size_t bytes) { return __builtin_memmove(to, from, bytes); }
inline void *memset(void *to, int value, size_t bytes) { return __builtin_memset(to, value, bytes); }

namespace hls_detail {
template <typename T> void copy(T *to, const T *from, size_t bytes) {
    const int count = (int)(bytes / sizeof(T));
    for (int i = 0; i < count; i++) {
#pragma HLS PIPELINE II=1
        to[i] = from[i];
    }
}
template <typename T, size_t N> void copy(T (*to)[N], const T (*from)[N], size_t bytes) {
    const int rows = (int)(bytes / sizeof(T[N])), rest = (int)(bytes % sizeof(T[N]));
    for (int i = 0; i < rows; i++) copy(to[i], from[i], sizeof(T[N]));
    if (rest) copy(to[rows], from[rows], rest);
}
}  // namespace hls_detail

// Between arrays of one type a copy is a loop, an element an iteration: behind an m_axi port, a burst.
template <typename T> void *memcpy(T *to, const T *from, size_t bytes) {
    hls_detail::copy(to, from, bytes);
    return to;
}

// Copies and fills of known sizes, for synthesis without a C library.
#pragma once
#include "stddef.h"
inline void *memcpy(void *to, const void *from, size_t bytes) { return __builtin_memcpy(to, from, bytes); }
inline void *memmove(void *to, const void *from, size_t bytes) { return __builtin_memmove(to, from, bytes); }
inline void *memset(void *to, int value, size_t bytes) { return __builtin_memset(to, value, bytes); }

// size_t, for synthesis without a C library.
#pragma once
typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;
typedef decltype(nullptr) nullptr_t;
#define NULL 0
#define offsetof(T, member) __builtin_offsetof(T, member)

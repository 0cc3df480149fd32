// Floating-point functions have no hardware here; of constants they are folded by the compiler. Those of integers are in
// <stdlib.h>, of fixed point in <hls_math.h>.
#pragma once
#include "stdlib.h"
#define M_PI 3.14159265358979323846
#define M_PI_2 1.57079632679489661923
#define M_PI_4 0.78539816339744830962
#define M_SQRT2 1.41421356237309504880
#define M_E 2.7182818284590452354
#define HUGE_VAL __builtin_huge_val()
#define HLS_FOLDED(NAME) \
    constexpr double NAME(double v) { return __builtin_##NAME(v); }
#define HLS_FOLDED_PAIR(NAME) \
    constexpr double NAME(double v, double w) { return __builtin_##NAME(v, w); }
HLS_FOLDED(fabs)
HLS_FOLDED(floor)
HLS_FOLDED(ceil)
HLS_FOLDED(round)
HLS_FOLDED(trunc)
HLS_FOLDED(sqrt)
HLS_FOLDED(sin)
HLS_FOLDED(cos)
HLS_FOLDED(tan)
HLS_FOLDED(exp)
HLS_FOLDED(exp2)
HLS_FOLDED(log)
HLS_FOLDED(log2)
HLS_FOLDED(log10)
HLS_FOLDED_PAIR(pow)
#undef HLS_FOLDED
#undef HLS_FOLDED_PAIR

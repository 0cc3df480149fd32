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
#ifdef __HLS_C__
#define HLS_OVERLOADS(NAME)
#else
// C++ has them for float and integers too.
#define HLS_OVERLOADS(NAME)                                        \
    constexpr float NAME(float v) { return __builtin_##NAME##f(v); } \
    template <typename T> constexpr typename hls_detail::real_of_integer<__is_integral(T)>::type NAME(T v) { \
        return NAME((double)v);                                      \
    }
namespace hls_detail {
template <bool is_integer> struct real_of_integer {};
template <> struct real_of_integer<true> {
    using type = double;
};
}  // namespace hls_detail
#endif
#define HLS_FOLDED(NAME)                                            \
    constexpr double NAME(double v) { return __builtin_##NAME(v); } \
    HLS_OVERLOADS(NAME)
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
HLS_FOLDED(asin)
HLS_FOLDED(acos)
HLS_FOLDED(atan)
HLS_FOLDED(sinh)
HLS_FOLDED(cosh)
HLS_FOLDED(tanh)
HLS_FOLDED(exp)
HLS_FOLDED(exp2)
HLS_FOLDED(log)
HLS_FOLDED(log2)
HLS_FOLDED(log10)
HLS_FOLDED(log1p)
HLS_FOLDED(expm1)
HLS_FOLDED(cbrt)
HLS_FOLDED(erf)
HLS_FOLDED_PAIR(pow)
HLS_FOLDED_PAIR(atan2)
HLS_FOLDED_PAIR(fmod)
HLS_FOLDED_PAIR(hypot)
#undef HLS_FOLDED
#undef HLS_OVERLOADS
#undef HLS_FOLDED_PAIR

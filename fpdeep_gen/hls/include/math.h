// Floating-point functions have no hardware here; those of integers are in <stdlib.h>, of fixed point in <hls_math.h>.
#pragma once
#include "stdlib.h"
#define M_PI 3.14159265358979323846
#define M_E 2.7182818284590452354
#define HUGE_VAL __builtin_huge_val()

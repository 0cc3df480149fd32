#pragma once
#include "ap_fixed.h"

constexpr int COUNT = 24;
typedef ap_fixed<16, 4> sample_t;
typedef ap_ufixed<10, 0, AP_RND, AP_SAT> weight_t;
typedef ap_fixed<12, 3, AP_RND_CONV, AP_SAT> result_t;
result_t window(const sample_t in[COUNT], const weight_t weights[COUNT / 2], result_t out[COUNT]);

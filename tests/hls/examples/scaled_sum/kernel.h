#pragma once
#include "ap_int.h"

constexpr int COUNT = 12;
ap_int<40> scaled_sum(const short values[COUNT], ap_int<8> scale, ap_uint<48> &total, ap_uint<4> *largest);

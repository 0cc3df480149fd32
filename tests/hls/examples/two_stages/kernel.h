#pragma once
#include "ap_int.h"

constexpr int COUNT = 32;
typedef ap_uint<12> value_t;
void two_stages(const value_t in[COUNT], ap_uint<16> out[COUNT], ap_uint<4> gain);

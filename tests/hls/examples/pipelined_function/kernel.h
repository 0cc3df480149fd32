#pragma once
#include "ap_int.h"
ap_int<32> taps(ap_int<12> sample, bool clear, ap_uint<6> *parity);

#pragma once
#include "ap_int.h"
#include "hls_stream.h"

#define WIDTH 24
#define HEIGHT 6
typedef ap_uint<8> pixel_t;
void blur(hls::stream<pixel_t> &in, hls::stream<pixel_t> &out);

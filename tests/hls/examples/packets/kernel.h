#pragma once
#include "ap_axi_sdata.h"
#include "hls_stream.h"

typedef ap_axiu<24, 2, 3, 1> word_t;
int packets(hls::stream<word_t> &in, hls::stream<word_t> &out);

// Colour conversion of 24-bit pixels, full range, 16 fraction bits, by bit fields.
#include "ap_int.h"
#include "hls_stream.h"

static ap_uint<8> clip(ap_int<12> v) {
    if (v < 0) return 0;
    if (v > 255) return 255;
    return v;
}

void rgb_to_ycbcr(hls::stream<ap_uint<24> >& rgb, hls::stream<ap_uint<24> >& ycc) {
#pragma HLS PIPELINE II=1
    const ap_uint<24> p = rgb.read();
    const ap_uint<8> r = p(23, 16), g = p(15, 8), b = p(7, 0);
    const ap_int<12> y = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
    const ap_int<12> cb = ((-11059 * r - 21709 * g + 32768 * b + 32768) >> 16) + 128;
    const ap_int<12> cr = ((32768 * r - 27439 * g - 5329 * b + 32768) >> 16) + 128;
    ap_uint<24> q;
    q(23, 16) = clip(y);
    q(15, 8) = clip(cb);
    q(7, 0) = clip(cr);
    ycc.write(q);
}

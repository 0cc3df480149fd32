// Polynomial of degree five by Horner's rule, saturated to 16 bits, coefficients in Q13.
#include "ap_int.h"
#include "hls_stream.h"

template <int W>
static ap_int<16> saturate16(ap_int<W> v) {
    const ap_int<W> high = 32767, low = -32768;
    if (v > high) v = high;
    if (v < low) v = low;
    return v;
}

void polynomial(hls::stream<ap_int<16> >& x_in, hls::stream<ap_int<16> >& y_out) {
    static const ap_int<16> c[6] = {120, -4000, 8191, 2200, -7000, 3000};
    for (int n = 0; n < 50; n++) {
#pragma HLS PIPELINE II=1
        const ap_int<16> x = x_in.read();
        ap_int<16> y = c[5];
        for (int k = 4; k >= 0; k--) {
            ap_int<33> product = y * x;
            y = saturate16<21>((product >> 13) + c[k]);
        }
        y_out.write(y);
    }
}

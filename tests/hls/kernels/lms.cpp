// Adaptive filter (LMS, 4 taps): output, error, and weights updated from the error of each sample.
#include "ap_int.h"
#include "hls_stream.h"

void lms(hls::stream<ap_int<12> >& x, hls::stream<ap_int<12> >& wanted, hls::stream<ap_int<16> >& error) {
    static ap_int<16> w[4];
    static ap_int<12> u[4];
    for (int n = 0; n < 40; n++) {
#pragma HLS PIPELINE II=3
        for (int i = 3; i > 0; i--) u[i] = u[i - 1];
        u[0] = x.read();
        ap_int<30> y = 0;
        for (int i = 0; i < 4; i++) y += w[i] * u[i];
        const ap_int<16> e = wanted.read() - (y >> 12);
        error.write(e);
        for (int i = 0; i < 4; i++) w[i] += (e * u[i]) >> 10;
    }
}

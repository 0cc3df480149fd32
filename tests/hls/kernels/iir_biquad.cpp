// Second-order section, direct form I, 14 fraction bits, saturated output.
#include <ap_int.h>
#include <hls_stream.h>

static ap_int<16> saturate(ap_int<36> v) {
#pragma HLS INLINE
    if (v > 32767) return 32767;
    if (v < -32768) return -32768;
    return v;
}

void iir_biquad(hls::stream<ap_int<16> >& x, hls::stream<ap_int<16> >& y) {
    static ap_int<16> x1, x2, y1, y2;
    for (int n = 0; n < 64; n++) {
#pragma HLS PIPELINE II=1
        const ap_int<16> x0 = x.read();
        ap_int<36> acc = x0 * ap_int<16>(5000) + x1 * ap_int<16>(9800) + x2 * ap_int<16>(5000);
        acc -= y1 * ap_int<16>(-6100) + y2 * ap_int<16>(3300);
        acc += 1 << 13;
        const ap_int<16> y0 = saturate(acc >> 14);
        x2 = x1;
        x1 = x0;
        y2 = y1;
        y1 = y0;
        y.write(y0);
    }
}

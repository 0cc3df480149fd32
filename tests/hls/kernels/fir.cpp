// FIR filter, 16 constant taps, shift register.
#include "ap_int.h"
#include "hls_stream.h"

#define TAPS 16
#define SAMPLES 100

typedef ap_int<16> sample_t;
typedef ap_int<40> acc_t;

void fir(hls::stream<sample_t>& x, hls::stream<acc_t>& y) {
#pragma HLS INTERFACE axis port=x
#pragma HLS INTERFACE axis port=y
#pragma HLS INTERFACE ap_ctrl_none port=return
    static const sample_t h[TAPS] = {-3, 17, -60, 120, 311, -702, 1500, 9000, 9000, 1500, -702, 311, 120, -60, 17, -3};
    static sample_t delay[TAPS];
#pragma HLS ARRAY_PARTITION variable=delay complete dim=1
    for (int n = 0; n < SAMPLES; n++) {
#pragma HLS PIPELINE II=1
        acc_t acc = 0;
    shift:
        for (int i = TAPS - 1; i >= 0; i--) {
#pragma HLS UNROLL
            delay[i] = (i == 0) ? x.read() : delay[i - 1];
            acc += delay[i] * h[i];
        }
        y.write(acc);
    }
}

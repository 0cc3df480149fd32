// 5-tap FIR on streams of native integers: one call filters a block of 1024 samples.
#include "hls_stream.h"

static const int SAMPLES = 1024;
static const int TAPS = 5;

void fir_stream(hls::stream<short>& x, hls::stream<int>& y) {
#pragma HLS INTERFACE axis port=x
#pragma HLS INTERFACE axis port=y
#pragma HLS INTERFACE ap_ctrl_none port=return
    static const short coefficients[TAPS] = {1283, -3947, 12651, -3947, 1283};
    static short history[TAPS];
samples:
    for (int n = 0; n < SAMPLES; n++) {
#pragma HLS PIPELINE II=1
        int sum = 0;
        for (int i = TAPS - 1; i >= 0; i--) {
            history[i] = i == 0 ? x.read() : history[i - 1];
            sum += history[i] * coefficients[i];
        }
        y.write(sum);
    }
}

// 5-tap FIR over arrays behind ap_memory ports: one call filters 1024 samples.
static const int SAMPLES = 1024;
static const int TAPS = 5;

void fir_arrays(const short x[SAMPLES], int y[SAMPLES]) {
#pragma HLS INTERFACE ap_memory port=x
#pragma HLS INTERFACE ap_memory port=y
#pragma HLS INTERFACE ap_ctrl_hs port=return
    static const short coefficients[TAPS] = {1283, -3947, 12651, -3947, 1283};
    short history[TAPS] = {0};
samples:
    for (int n = 0; n < SAMPLES; n++) {
#pragma HLS PIPELINE II=1
        int sum = 0;
        for (int i = TAPS - 1; i >= 0; i--) {
            history[i] = i == 0 ? x[n] : history[i - 1];
            sum += history[i] * coefficients[i];
        }
        y[n] = sum;
    }
}

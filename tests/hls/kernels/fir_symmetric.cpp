// Linear-phase FIR: the pre-adder halves the multiplications.
#include <ap_int.h>
#include <hls_stream.h>

const int N = 9;

void fir_symmetric(hls::stream<ap_int<18> >& in, hls::stream<ap_int<18> >& out) {
#pragma HLS PIPELINE II=1
    static ap_int<18> z[N];
#pragma HLS ARRAY_PARTITION variable=z complete
    const ap_int<18> c[N / 2 + 1] = {512, -2048, 7000, 20000, 65000};
    for (int i = N - 1; i > 0; --i) z[i] = z[i - 1];
    z[0] = in.read();
    ap_int<48> sum = z[N / 2] * c[N / 2];
    for (int i = 0; i < N / 2; ++i) {
        ap_int<19> pre = z[i] + z[N - 1 - i];
        sum += pre * c[i];
    }
    out.write(sum >> 17);
}

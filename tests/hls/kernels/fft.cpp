// 16-point radix-2 integer FFT, in place, decimation in time, scaled by one half a stage; one butterfly a pipeline step.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_vector.h"

#define N 16
#define LOG2N 4
typedef ap_int<18> part_t;
typedef hls::vector<ap_int<16>, 2> complex_t;

static const ap_int<16> COS[N / 2] = {16384, 15137, 11585, 6270, 0, -6270, -11585, -15137};
static const ap_int<16> SIN[N / 2] = {0, -6270, -11585, -15137, -16384, -15137, -11585, -6270};

void fft(hls::stream<complex_t>& in, hls::stream<complex_t>& out) {
    part_t re[N], im[N];
load:
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        complex_t v = in.read();
        ap_uint<4> index = i, reversed;
        for (int k = 0; k < 4; k++) reversed[k] = index[3 - k];
        re[reversed] = v[0];
        im[reversed] = v[1];
    }
stage:
    for (int s = 0; s < LOG2N; s++) {
    butterfly:
        for (int k = 0; k < N / 2; k++) {
#pragma HLS PIPELINE II=2
#pragma HLS DEPENDENCE variable=re inter false
#pragma HLS DEPENDENCE variable=im inter false
            const int half = 1 << s;
            const int place = k & (half - 1);
            const int lower = ((k >> s) << (s + 1)) + place, upper = lower + half;
            const int twiddle = place << (LOG2N - 1 - s);
            const part_t ar = re[lower], ai = im[lower], br = re[upper], bi = im[upper];
            const part_t tr = (br * COS[twiddle] - bi * SIN[twiddle] + 8192) >> 14;
            const part_t ti = (br * SIN[twiddle] + bi * COS[twiddle] + 8192) >> 14;
            re[lower] = (ar + tr) >> 1;
            im[lower] = (ai + ti) >> 1;
            re[upper] = (ar - tr) >> 1;
            im[upper] = (ai - ti) >> 1;
        }
    }
store:
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        complex_t v;
        v[0] = re[i];
        v[1] = im[i];
        out.write(v);
    }
}

// 16-point FFT in fixed point, one dataflow stage for each of its four levels: two points read and two written a cycle.
#include "ap_int.h"
#include "hls_stream.h"

static const int N = 16;
struct Point {
    ap_int<20> re, im;
};
static const short COSINE[8] = {16384, 15137, 11585, 6270, 0, -6270, -11585, -15137};
static const short SINE[8] = {0, 6270, 11585, 15137, 16384, 15137, 11585, 6270};

static void load(hls::stream<ap_int<32>>& in, Point a[N]) {
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        ap_int<32> word = in.read();
        ap_uint<4> at = i;
        ap_uint<4> turned = (ap_uint<1>(at[0]), ap_uint<1>(at[1]), ap_uint<1>(at[2]), ap_uint<1>(at[3]));
        Point p;
        p.re = ap_int<16>(word.range(15, 0));
        p.im = ap_int<16>(word.range(31, 16));
        a[turned] = p;
    }
}

template <int LEVEL> static void butterflies(const Point a[N], Point b[N]) {
    for (int k = 0; k < N / 2; k++) {
#pragma HLS PIPELINE II=1
        int low = k & ((1 << LEVEL) - 1), first = (k >> LEVEL << (LEVEL + 1)) | low, second = first | (1 << LEVEL);
        int turn = low << (3 - LEVEL);
        Point p = a[first], q = a[second], sum, difference;
        ap_int<20> re = (q.re * COSINE[turn] + q.im * SINE[turn]) >> 14;
        ap_int<20> im = (q.im * COSINE[turn] - q.re * SINE[turn]) >> 14;
        sum.re = p.re + re;
        sum.im = p.im + im;
        difference.re = p.re - re;
        difference.im = p.im - im;
        b[first] = sum;
        b[second] = difference;
    }
}

static void store(const Point a[N], hls::stream<ap_int<40>>& out) {
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        out.write((a[i].im, a[i].re));
    }
}

void fft_stages(hls::stream<ap_int<32>>& in, hls::stream<ap_int<40>>& out) {
#pragma HLS DATAFLOW
    Point a[N], b[N], c[N], d[N], e[N];
    load(in, a);
    butterflies<0>(a, b);
    butterflies<1>(b, c);
    butterflies<2>(c, d);
    butterflies<3>(d, e);
    store(e, out);
}

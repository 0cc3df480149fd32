// A stage that has stages: the buffers of the outer region are filled and read by stages of the inner ones.
#include "hls_stream.h"

static const int N = 16;

static void fill(hls::stream<int>& in, int a[N]) {
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        a[i] = in.read();
    }
}

static void sums(const int a[N], int b[N]) {
    int sum = 0;
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        sum += a[i];
        b[i] = sum;
    }
}

static void drain(const int b[N], hls::stream<int>& out) {
    for (int i = N - 1; i >= 0; i--) {
#pragma HLS PIPELINE II=1
        out.write(b[i]);
    }
}

static void front(hls::stream<int>& in, int b[N]) {
#pragma HLS DATAFLOW
    int a[N];
    fill(in, a);
    sums(a, b);
}

static void back(const int b[N], hls::stream<int>& out) {
#pragma HLS DATAFLOW
    int c[N];
    sums(b, c);
    drain(c, out);
}

void nested_buffers(hls::stream<int>& in, hls::stream<int>& out) {
#pragma HLS DATAFLOW
    int middle[N];
    front(in, middle);
    back(middle, out);
}

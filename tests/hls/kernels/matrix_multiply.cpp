// Matrix multiplication with both matrices in local memories, rows and columns partitioned: one result a cycle.
#include "ap_int.h"
#include "hls_stream.h"

const int N = 6;

void matrix_multiply(hls::stream<ap_int<12> >& in, hls::stream<ap_int<28> >& out) {
    ap_int<12> a[N][N], b[N][N];
#pragma HLS ARRAY_PARTITION variable=a complete dim=2
#pragma HLS ARRAY_PARTITION variable=b complete dim=1
load_a:
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
#pragma HLS PIPELINE II=1
            a[i][j] = in.read();
        }
load_b:
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
#pragma HLS PIPELINE II=1
            b[i][j] = in.read();
        }
rows:
    for (int i = 0; i < N; i++)
    columns:
        for (int j = 0; j < N; j++) {
#pragma HLS PIPELINE II=1
            ap_int<28> sum = 0;
        product:
            for (int k = 0; k < N; k++) sum += a[i][k] * b[k][j];
            out.write(sum);
        }
}

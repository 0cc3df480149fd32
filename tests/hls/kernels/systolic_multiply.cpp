// Output-stationary systolic array, 4x4: operands move right and down one element a cycle, skewed at the edges.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_vector.h"

const int S = 4, K = 10;
typedef hls::vector<ap_int<8>, S> edge_t;
typedef hls::vector<ap_int<20>, S> row_t;

void systolic_multiply(hls::stream<edge_t>& left, hls::stream<edge_t>& top, hls::stream<row_t>& out) {
    ap_int<8> a[S][S], b[S][S];
    ap_int<20> acc[S][S];
    ap_int<8> skew_a[S][S], skew_b[S][S];
#pragma HLS ARRAY_PARTITION variable=a complete dim=0
#pragma HLS ARRAY_PARTITION variable=b complete dim=0
#pragma HLS ARRAY_PARTITION variable=acc complete dim=0
#pragma HLS ARRAY_PARTITION variable=skew_a complete dim=0
#pragma HLS ARRAY_PARTITION variable=skew_b complete dim=0
clear:
    for (int i = 0; i < S; i++) {
#pragma HLS UNROLL
        for (int j = 0; j < S; j++) {
#pragma HLS UNROLL
            a[i][j] = b[i][j] = skew_a[i][j] = skew_b[i][j] = 0;
            acc[i][j] = 0;
        }
    }
beat:
    for (int t = 0; t < K + 2 * S - 2; t++) {
#pragma HLS PIPELINE II=1
        edge_t new_a(0), new_b(0);
        if (t < K) {
            new_a = left.read();
            new_b = top.read();
        }
        for (int i = S - 1; i >= 0; i--)
            for (int j = S - 1; j >= 0; j--) {
                a[i][j] = j ? a[i][j - 1] : (i ? skew_a[i][i - 1] : new_a[i]);
                b[i][j] = i ? b[i - 1][j] : (j ? skew_b[j][j - 1] : new_b[j]);
            }
        for (int i = 0; i < S; i++) {
            for (int d = S - 1; d > 0; d--) {
                skew_a[i][d] = skew_a[i][d - 1];
                skew_b[i][d] = skew_b[i][d - 1];
            }
            skew_a[i][0] = new_a[i];
            skew_b[i][0] = new_b[i];
        }
        for (int i = 0; i < S; i++)
            for (int j = 0; j < S; j++) acc[i][j] += a[i][j] * b[i][j];
    }
drain:
    for (int i = 0; i < S; i++) {
#pragma HLS PIPELINE II=1
        row_t row;
        for (int j = 0; j < S; j++) row[j] = acc[i][j];
        out.write(row);
    }
}

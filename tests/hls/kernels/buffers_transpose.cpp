// Blocks of 8 x 8 words transposed through a buffer of three banks: written by rows, read by columns.
#include "hls_stream.h"

static const int N = 8;

static void rows(hls::stream<int>& in, int block[N][N]) {
    for (int y = 0; y < N; y++) {
        for (int x = 0; x < N; x++) {
#pragma HLS PIPELINE II=1
            block[y][x] = in.read();
        }
    }
}

static void columns(const int block[N][N], hls::stream<int>& out) {
    for (int x = 0; x < N; x++) {
        for (int y = 0; y < N; y++) {
#pragma HLS PIPELINE II=1
            out.write(block[y][x]);
        }
    }
}

void buffers_transpose(hls::stream<int>& in, hls::stream<int>& out) {
#pragma HLS DATAFLOW
    int block[N][N];
#pragma HLS STREAM variable=block type=pipo depth=3
    rows(in, block);
    columns(block, out);
}

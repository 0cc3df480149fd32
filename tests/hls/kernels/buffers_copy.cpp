// Blocks of 32 words turned round: one stage fills a buffer, the next reads it backwards, while the first fills another.
#include "ap_int.h"
#include "hls_stream.h"

static const int N = 32;

static void fill(hls::stream<ap_int<12>>& in, ap_int<12> buffer[N]) {
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        buffer[i] = in.read();
    }
}

static void drain(const ap_int<12> buffer[N], hls::stream<ap_int<12>>& out) {
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        out.write(buffer[N - 1 - i]);
    }
}

void buffers_copy(hls::stream<ap_int<12>>& in, hls::stream<ap_int<12>>& out) {
#pragma HLS DATAFLOW
    ap_int<12> buffer[N];
    fill(in, buffer);
    drain(buffer, out);
}

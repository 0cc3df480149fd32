// Functions that run at the same time, joined by streams: read, work, write.
#include "hls_stream.h"
#include "kernel.h"

static void load(const value_t in[COUNT], hls::stream<value_t> &words) {
    for (int i = 0; i < COUNT; i++) {
#pragma HLS PIPELINE II = 1
        words.write(in[i]);
    }
}

static void amplify(hls::stream<value_t> &words, hls::stream<ap_uint<16>> &results, ap_uint<4> gain) {
    value_t before = 0;
    for (int i = 0; i < COUNT; i++) {
#pragma HLS PIPELINE II = 1
        const value_t word = words.read();
        results.write(ap_uint<16>(word * gain + before));
        before = word;
    }
}

static void store(hls::stream<ap_uint<16>> &results, ap_uint<16> out[COUNT]) {
    for (int i = 0; i < COUNT; i++) {
#pragma HLS PIPELINE II = 1
        out[i] = results.read();
    }
}

void two_stages(const value_t in[COUNT], ap_uint<16> out[COUNT], ap_uint<4> gain) {
#pragma HLS DATAFLOW
    hls::stream<value_t> words("words");
    hls::stream<ap_uint<16>> results("results");
#pragma HLS STREAM variable = results depth = 4
    load(in, words);
    amplify(words, results, gain);
    store(results, out);
}

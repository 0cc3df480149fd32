// Blocks of 64 keys of 4 bits with a tag each, sorted by counting: histogram, prefix sum, scatter as dataflow stages.
// Two stages read the keys; the scatter is three stages behind, so four banks of them keep all busy.
#include "ap_int.h"
#include "hls_stream.h"

static const int N = 64, BINS = 16;
typedef ap_uint<12> Word;  // tag, key

static void load(hls::stream<Word>& in, Word keys[N]) {
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        keys[i] = in.read();
    }
}

static void histogram(const Word keys[N], ap_uint<7> counts[BINS]) {
    ap_uint<7> count[BINS];
    for (int i = 0; i < BINS; i++) {
#pragma HLS PIPELINE II=1
        count[i] = 0;
    }
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        count[keys[i].range(3, 0)]++;
    }
    for (int i = 0; i < BINS; i++) {
#pragma HLS PIPELINE II=1
        counts[i] = count[i];
    }
}

static void prefix(const ap_uint<7> counts[BINS], ap_uint<7> starts[BINS]) {
    ap_uint<7> sum = 0;
    for (int i = 0; i < BINS; i++) {
#pragma HLS PIPELINE II=1
        starts[i] = sum;
        sum += counts[i];
    }
}

static void scatter(const Word keys[N], const ap_uint<7> starts[BINS], Word sorted[N]) {
    ap_uint<7> next[BINS];
    for (int i = 0; i < BINS; i++) {
#pragma HLS PIPELINE II=1
        next[i] = starts[i];
    }
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        Word word = keys[i];
        ap_uint<7> at = next[word.range(3, 0)];
        next[word.range(3, 0)] = at + 1;
        sorted[at] = word;
    }
}

static void store(const Word sorted[N], hls::stream<Word>& out) {
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        out.write(sorted[i]);
    }
}

void counting_sort(hls::stream<Word>& in, hls::stream<Word>& out) {
#pragma HLS DATAFLOW
    Word keys[N], sorted[N];
    ap_uint<7> counts[BINS], starts[BINS];
#pragma HLS STREAM variable=keys type=pipo depth=4
    load(in, keys);
    histogram(keys, counts);
    prefix(counts, starts);
    scatter(keys, starts, sorted);
    store(sorted, out);
}

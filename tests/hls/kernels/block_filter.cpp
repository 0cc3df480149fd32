// A block of samples in a memory, filtered by a dataflow of three stages over arrays: mean removed, peaks counted.
#include "ap_int.h"

static const int N = 32;

static void load(const ap_int<14> samples[N], int n, ap_int<14> block[N], int& sum) {
    int total = 0;
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        ap_int<14> x = i < n ? samples[i] : ap_int<14>(0);
        block[i] = x;
        total += x;
    }
    sum = total;
}

static void centre(const ap_int<14> block[N], const int& sum, ap_int<15> centred[N]) {
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        centred[i] = block[i] - (sum >> 5);
    }
}

static void store(const ap_int<15> centred[N], int threshold, ap_int<15> results[N], unsigned char& peaks) {
    unsigned char count = 0;
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        ap_int<15> x = centred[N - 1 - i];
        results[i] = x;
        if (x > threshold) count++;
    }
    peaks = count;
}

void block_filter(const ap_int<14> samples[N], ap_uint<6> n, short threshold, ap_int<15> results[N],
                  unsigned char& peaks) {
#pragma HLS DATAFLOW
    ap_int<14> block[N];
    ap_int<15> centred[N];
    int sum;
    load(samples, n, block, sum);
    centre(block, sum, centred);
    store(centred, threshold, results, peaks);
}

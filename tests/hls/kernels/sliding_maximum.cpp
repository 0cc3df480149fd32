// Maximum over the last 8 samples as a tree over three stages of pairwise maxima.
#include "ap_int.h"
#include "hls_stream.h"

static int larger(int a, int b) { return a > b ? a : b; }

void sliding_maximum(hls::stream<int>& in, hls::stream<int>& out) {
    const int least = -2147483647 - 1;
    int one[1] = {least}, two[2] = {least, least}, four[4] = {least, least, least, least};
#pragma HLS ARRAY_PARTITION variable=four complete
    for (int i = 0; i < 60; i++) {
#pragma HLS PIPELINE
        int x = in.read();
        int p = larger(x, one[0]);
        int q = larger(p, two[1]);
        int r = larger(q, four[3]);
        one[0] = x;
        two[1] = two[0];
        two[0] = p;
        for (int k = 3; k > 0; k--) four[k] = four[k - 1];
        four[0] = q;
        out << r;
    }
}

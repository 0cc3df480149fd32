// Histogram of 64 bins with the count of the last bin kept aside, so that equal neighbours do not meet in memory.
#include "ap_int.h"
#include "hls_stream.h"

#define BINS 64
#define PIXELS 200

void histogram(hls::stream<ap_uint<6> >& in, hls::stream<ap_uint<16> >& out) {
    ap_uint<16> bins[BINS];
clear:
    for (int i = 0; i < BINS; i++) {
#pragma HLS PIPELINE II=1
        bins[i] = 0;
    }
    ap_uint<6> old = 0;
    ap_uint<16> acc = 0;
count:
    for (int i = 0; i < PIXELS; i++) {
#pragma HLS PIPELINE II=1
        ap_uint<6> now = in.read();
        ap_uint<16> stored = bins[now];
        if (now == old) {
            acc = acc + 1;
        } else {
            bins[old] = acc;
            acc = stored + 1;
        }
        old = now;
    }
    bins[old] = acc;
dump:
    for (int i = 0; i < BINS; i++) {
#pragma HLS PIPELINE II=1
        out.write(bins[i]);
    }
}

// Histogram in block memory as it is first written: each pixel reads, adds and writes one bin. The compiler must keep the
// order of a write and the next read of the same bin.
#include "ap_int.h"
#include "hls_stream.h"

void histogram_plain(hls::stream<ap_uint<8> >& in, hls::stream<int>& out) {
    static int bins[256];
#pragma HLS BIND_STORAGE variable=bins type=ram_2p impl=bram
    for (int i = 0; i < 150; i++) {
#pragma HLS PIPELINE II=1
        bins[in.read()]++;
    }
    for (int i = 0; i < 256; i++) {
#pragma HLS PIPELINE II=1
        out.write(bins[i]);
        bins[i] = 0;
    }
}

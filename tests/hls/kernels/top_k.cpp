// The four greatest of 40 values with their positions, first wins.
#include "ap_int.h"
#include "hls_stream.h"

struct Entry {
    ap_int<12> value;
    ap_uint<6> position;
};

void top_k(hls::stream<ap_int<12> >& in, hls::stream<ap_int<12> >& values, hls::stream<ap_uint<6> >& positions) {
    Entry best[4];
#pragma HLS ARRAY_PARTITION variable=best complete
    for (int k = 0; k < 4; k++) {
#pragma HLS UNROLL
        best[k].value = -2048;
        best[k].position = 63;
    }
    for (int i = 0; i < 40; i++) {
#pragma HLS PIPELINE II=1
        Entry fresh;
        fresh.value = in.read();
        fresh.position = i;
        for (int k = 0; k < 4; k++) {
            if (fresh.value > best[k].value) {
                Entry t = best[k];
                best[k] = fresh;
                fresh = t;
            }
        }
    }
    for (int k = 0; k < 4; k++) {
#pragma HLS PIPELINE II=1
        values.write(best[k].value);
        positions.write(best[k].position);
    }
}

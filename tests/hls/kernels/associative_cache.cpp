// A fully associative table of four keys with replacement of the oldest: hit and slot for each key.
#include "ap_int.h"
#include "hls_stream.h"

void associative_cache(hls::stream<ap_uint<20> >& key_in, hls::stream<ap_uint<3> >& out) {
    static ap_uint<20> keys[4];
    static bool valid[4];
    static ap_uint<2> oldest = 0;
#pragma HLS ARRAY_PARTITION variable=keys complete
#pragma HLS ARRAY_PARTITION variable=valid complete
#pragma HLS PIPELINE II=1
    const ap_uint<20> key = key_in.read();
    bool hit = false;
    ap_uint<2> slot = oldest;
    for (int i = 0; i < 4; i++) {
        if (valid[i] && keys[i] == key) {
            hit = true;
            slot = i;
        }
    }
    if (!hit) {
        keys[oldest] = key;
        valid[oldest] = true;
        oldest++;
    }
    ap_uint<3> result = slot;
    result[2] = hit;
    out.write(result);
}

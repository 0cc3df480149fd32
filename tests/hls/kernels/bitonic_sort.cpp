// Bitonic sorting network of eight keys a word, one word a cycle.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_vector.h"

const int N = 8;
typedef hls::vector<ap_uint<10>, N> keys_t;

void bitonic_sort(hls::stream<keys_t>& in, hls::stream<keys_t>& out) {
#pragma HLS PIPELINE II=1
    keys_t a = in.read();
merge:
    for (int size = 2; size <= N; size *= 2) {
#pragma HLS UNROLL
    step:
        for (int stride = size / 2; stride > 0; stride /= 2) {
#pragma HLS UNROLL
            for (int i = 0; i < N; i++) {
#pragma HLS UNROLL
                const int partner = i ^ stride;
                if (partner > i) {
                    const bool up = (i & size) == 0;
                    if ((a[i] > a[partner]) == up) {
                        ap_uint<10> t = a[i];
                        a[i] = a[partner];
                        a[partner] = t;
                    }
                }
            }
        }
    }
    out.write(a);
}

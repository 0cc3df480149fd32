// Population count, leading zeros, parity and reversal of 48-bit words.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_vector.h"

template <int W>
static ap_uint<6> leading_zeros(ap_uint<W> v) {
    ap_uint<6> count = W;
    for (int i = 0; i < W; i++) {
#pragma HLS UNROLL
        if (v[i]) count = W - 1 - i;
    }
    return count;
}

void bit_counts(hls::stream<ap_uint<48> >& in, hls::stream<ap_uint<48> >& reversed_out,
                hls::stream<hls::vector<ap_uint<6>, 3> >& counts) {
    for (int n = 0; n < 32; n++) {
#pragma HLS PIPELINE II=1
        ap_uint<48> v = in.read(), reversed;
        ap_uint<6> ones = 0;
        for (int i = 0; i < 48; i++) {
            ones += v[i];
            reversed[47 - i] = v[i];
        }
        hls::vector<ap_uint<6>, 3> c;
        c[0] = ones;
        c[1] = leading_zeros<48>(v);
        c[2] = v.xor_reduce();
        reversed_out.write(reversed);
        counts.write(c);
    }
}

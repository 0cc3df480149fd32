// Four syndromes of a Reed-Solomon code over GF(256), primitive polynomial 0x11d, 30 symbols a word.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_vector.h"

typedef ap_uint<8> gf_t;

template <int POWER>
gf_t alpha_times(gf_t x) {
    for (int i = 0; i < POWER; i++) {
#pragma HLS UNROLL
        bool carry = x[7];
        x <<= 1;
        if (carry) x ^= 0x1d;
    }
    return x;
}

void reed_solomon_syndrome(hls::stream<gf_t>& in, hls::stream<hls::vector<gf_t, 4> >& out) {
    gf_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (int i = 0; i < 30; i++) {
#pragma HLS PIPELINE II=1
        const gf_t symbol = in.read();
        s0 = s0 ^ symbol;
        s1 = alpha_times<1>(s1) ^ symbol;
        s2 = alpha_times<2>(s2) ^ symbol;
        s3 = alpha_times<3>(s3) ^ symbol;
    }
    hls::vector<gf_t, 4> result;
    result[0] = s0;
    result[1] = s1;
    result[2] = s2;
    result[3] = s3;
    out.write(result);
}

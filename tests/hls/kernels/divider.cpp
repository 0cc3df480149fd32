// Restoring divider, 24 bits, one bit a cycle; division by zero gives all ones and the dividend.
#include "ap_int.h"
#include "hls_stream.h"

const int BITS = 24;

void divider(hls::stream<ap_uint<BITS> >& numerator, hls::stream<ap_uint<BITS> >& denominator,
             hls::stream<ap_uint<BITS> >& quotient, hls::stream<ap_uint<BITS> >& remainder) {
    ap_uint<BITS> n = numerator.read();
    const ap_uint<BITS> d = denominator.read();
    ap_uint<BITS + 1> r = 0;
    ap_uint<BITS> q = 0;
    for (int i = 0; i < BITS; i++) {
#pragma HLS PIPELINE II=1
        r = (r << 1) + n[BITS - 1];
        n <<= 1;
        q <<= 1;
        if (r >= d) {
            r -= d;
            q[0] = 1;
        }
    }
    quotient.write(q);
    remainder.write(r);
}

// Binary greatest common divisor: a loop whose trip count the data decide.
#include "ap_int.h"
#include "hls_stream.h"

void gcd(hls::stream<ap_uint<20> >& a_in, hls::stream<ap_uint<20> >& b_in, hls::stream<ap_uint<20> >& out) {
    ap_uint<20> a = a_in.read(), b = b_in.read();
    ap_uint<5> twos = 0;
    while (a != b) {
#pragma HLS PIPELINE II=1
        if (!a[0] && !b[0]) {
            a >>= 1;
            b >>= 1;
            twos++;
        } else if (!a[0]) {
            a >>= 1;
        } else if (!b[0]) {
            b >>= 1;
        } else if (a > b) {
            a = (a - b) >> 1;
        } else {
            b = (b - a) >> 1;
        }
    }
    out.write(a << twos);
}

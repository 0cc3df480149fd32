// Signed division and remainder with the operators.
#include "ap_int.h"
#include "hls_stream.h"

void divide_operator(hls::stream<ap_int<12> >& a, hls::stream<ap_int<12> >& b, hls::stream<ap_int<13> >& q,
                     hls::stream<ap_int<12> >& r) {
    for (int i = 0; i < 40; i++) {
#pragma HLS PIPELINE II=4
        ap_int<12> x = a.read(), y = b.read();
        if (y == 0) y = 1;
        q.write(x / y);
        r.write(x % y);
    }
}

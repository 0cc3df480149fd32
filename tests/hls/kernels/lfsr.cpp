// Galois LFSR of 16 bits: a seed comes in, 100 states go out.
#include "ap_int.h"
#include "hls_stream.h"

void lfsr(hls::stream<ap_uint<16> >& seed, hls::stream<ap_uint<16> >& out) {
    ap_uint<16> s = seed.read();
    for (int i = 0; i < 100; ++i) {
#pragma HLS PIPELINE II=1
        out.write(s);
        bool low = s[0];
        s >>= 1;
        if (low) s ^= 0xB400;
    }
}

// Integer square root of 32 bits, two bits a step.
#include "ap_int.h"
#include "hls_stream.h"

void square_root(hls::stream<unsigned>& in, hls::stream<ap_uint<16> >& out) {
    unsigned value = in.read();
    unsigned root = 0, bit = 1u << 30;
    while (bit != 0) {
#pragma HLS PIPELINE II=1
#pragma HLS LOOP_TRIPCOUNT max=16
        if (value >= root + bit) {
            value -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
        bit >>= 2;
    }
    out.write(root);
}

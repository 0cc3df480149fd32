// The inverse: (count, value) in, count copies of value out, one a cycle; a pair with count 0 gives nothing.
#include "ap_int.h"
#include "hls_stream.h"

void run_length_decoder(hls::stream<ap_uint<16> >& in, hls::stream<ap_uint<8> >& out) {
    ap_uint<8> left = 0, value = 0;
    for (int pairs = 0; pairs < 20 || left != 0;) {
#pragma HLS PIPELINE II=1
        if (left == 0) {
            ap_uint<16> pair = in.read();
            left = pair(15, 8);
            value = pair(7, 0);
            pairs++;
        }
        if (left != 0) {
            out.write(value);
            left--;
        }
    }
}

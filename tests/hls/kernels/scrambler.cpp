// Self-synchronising scrambler x^43 + 1 over bytes.
#include "ap_int.h"
#include "hls_stream.h"

void scrambler(hls::stream<ap_uint<8> >& in, hls::stream<ap_uint<8> >& out) {
    static ap_uint<43> state = 0;
#pragma HLS PIPELINE II=1
    ap_uint<8> word = in.read(), result;
    for (int i = 7; i >= 0; i--) {
        ap_uint<1> bit = word[i] ^ state[42];
        state = (state, bit);
        result[i] = bit;
    }
    out.write(result);
}

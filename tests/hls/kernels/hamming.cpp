// Hamming (7,4) decoder with correction; bit 4 of the result says that a bit was flipped back.
#include "ap_int.h"
#include "hls_stream.h"

void hamming(hls::stream<ap_uint<7> >& in, hls::stream<ap_uint<5> >& out) {
#pragma HLS PIPELINE II=1
    ap_uint<7> code = in.read();
    ap_uint<3> syndrome;
    syndrome[0] = code[0] ^ code[2] ^ code[4] ^ code[6];
    syndrome[1] = code[1] ^ code[2] ^ code[5] ^ code[6];
    syndrome[2] = code[3] ^ code[4] ^ code[5] ^ code[6];
    if (syndrome != 0) code[syndrome - 1] = !code[syndrome - 1];
    out.write((ap_uint<1>(syndrome != 0), code.range(6, 4), ap_uint<1>(code[2])));
}

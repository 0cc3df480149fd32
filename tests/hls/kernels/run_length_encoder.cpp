// Run-length coder: bytes with a last flag in bit 8; out (count, value), runs up to 255, last flag in bit 16.
#include "ap_int.h"
#include "hls_stream.h"

void run_length_encoder(hls::stream<ap_uint<9> >& in, hls::stream<ap_uint<17> >& out) {
    ap_uint<8> current = 0, count = 0;
    bool last = false;
    while (!last) {
#pragma HLS PIPELINE II=1
        ap_uint<9> word = in.read();
        ap_uint<8> value = word(7, 0);
        last = word[8];
        if (count == 0) {
            current = value;
            count = 1;
        } else if (value == current && count < 255) {
            count++;
        } else {
            out.write((ap_uint<1>(0), count, current));
            current = value;
            count = 1;
        }
    }
    out.write((ap_uint<1>(1), count, current));
}

// Rate 1/2 convolutional encoder, constraint length 7 (171, 133 octal).
#include "ap_int.h"
#include "hls_stream.h"

void convolutional_encoder(hls::stream<bool>& in, hls::stream<ap_uint<2> >& out) {
    static ap_uint<7> reg = 0;
#pragma HLS PIPELINE II=1
    reg = (ap_uint<1>(in.read()), reg.range(6, 1));
    ap_uint<2> symbol;
    symbol[0] = (reg & ap_uint<7>(0171)).xor_reduce();
    symbol[1] = (reg & ap_uint<7>(0133)).xor_reduce();
    out.write(symbol);
}

// Sends each word to the output that its lowest bits name, or to all.
#include "ap_int.h"
#include "hls_stream.h"

void stream_split(hls::stream<ap_uint<10> >& in, hls::stream<ap_uint<8> > (&out)[3]) {
#pragma HLS PIPELINE II=1
    ap_uint<10> word = in.read();
    ap_uint<2> to = word(1, 0);
    ap_uint<8> value = word(9, 2);
    for (int i = 0; i < 3; i++) {
#pragma HLS UNROLL
        if (to == i || to == 3) out[i].write(value);
    }
}

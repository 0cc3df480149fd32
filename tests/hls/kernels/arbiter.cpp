// Round-robin arbiter of four inputs with packets of three words: an input that has won keeps the output for its packet.
#include "ap_int.h"
#include "hls_stream.h"

void arbiter(hls::stream<ap_uint<16> > (&in)[4], hls::stream<ap_uint<16> >& out) {
    static ap_uint<2> turn = 0;
    static ap_uint<2> left = 0;
#pragma HLS PIPELINE II=1
    ap_uint<16> word = 0;
    bool got = false;
    for (int i = 0; i < 4; i++) {
#pragma HLS UNROLL
        if (!got && turn == i) got = in[i].read_nb(word);
    }
    if (got) {
        out.write(word);
        if (left == 0) {
            left = 2;
        } else if (--left == 0) {
            turn++;
        }
    } else if (left == 0) {
        turn++;
    }
}

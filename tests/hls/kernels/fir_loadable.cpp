// FIR with coefficients that a stream loads first: a control word selects load or filter.
#include "ap_int.h"
#include "hls_stream.h"

static const int TAPS = 8;
enum Mode { LOAD = 0, RUN = 1 };

void fir_loadable(hls::stream<ap_uint<16> >& command, hls::stream<ap_int<12> >& in, hls::stream<ap_int<27> >& out) {
    static ap_int<12> coefficients[TAPS];
    static ap_int<12> history[TAPS];
#pragma HLS ARRAY_PARTITION variable=coefficients complete
#pragma HLS ARRAY_PARTITION variable=history complete
    ap_uint<16> c = command.read();
    ap_uint<15> count = c(15, 1);
    if (c[0] == LOAD) {
        for (int i = 0; i < TAPS; i++) {
#pragma HLS PIPELINE II=1
            for (int j = TAPS - 1; j > 0; j--) coefficients[j] = coefficients[j - 1];
            coefficients[0] = in.read();
        }
    } else {
        for (int n = 0; n < count; n++) {
#pragma HLS PIPELINE II=1
            for (int j = TAPS - 1; j > 0; j--) history[j] = history[j - 1];
            history[0] = in.read();
            ap_int<27> acc = 0;
            for (int j = 0; j < TAPS; j++) acc += history[j] * coefficients[j];
            out.write(acc);
        }
    }
}

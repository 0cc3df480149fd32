// Numerically controlled oscillator: phase accumulator, quarter-wave table, both quadratures.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_vector.h"

static const ap_uint<8> quarter[16] = {6, 19, 31, 44, 56, 68, 80, 92, 103, 115, 126, 136, 147, 157, 167, 176};
static const ap_uint<8> upper[16] = {185, 193, 201, 208, 215, 222, 228, 233, 238, 242, 246, 249, 251, 253, 254, 255};

static ap_int<9> wave(ap_uint<7> phase) {
    ap_uint<5> index = phase(4, 0);
    if (phase[5]) index = ~index;
    ap_int<9> magnitude = index[4] ? upper[index(3, 0)] : quarter[index(3, 0)];
    return phase[6] ? ap_int<9>(-magnitude) : magnitude;
}

void nco(hls::stream<ap_uint<24> >& step, hls::stream<hls::vector<ap_int<9>, 2> >& out) {
    static ap_uint<24> phase = 0;
#pragma HLS PIPELINE II=1
    phase += step.read();
    hls::vector<ap_int<9>, 2> iq;
    ap_uint<7> top = phase.range(23, 17);
    iq[0] = wave(top + 32);
    iq[1] = wave(top);
    out.write(iq);
}

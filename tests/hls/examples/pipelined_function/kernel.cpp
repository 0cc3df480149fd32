// A function that is pipelined as a whole: it takes a new call each cycle. Its state is kept from call to call.
#include "kernel.h"

ap_int<32> taps(ap_int<12> sample, bool clear, ap_uint<6> *parity) {
#pragma HLS PIPELINE II = 1
    static ap_int<12> line[5];
    static const ap_int<8> weights[5] = {3, -7, 100, -7, 3};
    ap_int<32> sum = 0;
    for (int i = 4; i > 0; i--) line[i] = clear ? ap_int<12>(0) : line[i - 1];
    line[0] = sample;
    for (int i = 0; i < 5; i++) sum += line[i] * weights[i];
    ap_uint<6> bits = 0;
    for (int i = 0; i < 12; i++) bits += ap_uint<6>(sample[i]);
    *parity = bits;
    return sum;
}

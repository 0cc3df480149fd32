// Functions of floating-point constants are numbers: a table filled by an unrolled loop, and single values.
#include <math.h>

#include "ap_fixed.h"
#include "ap_int.h"
#include "hls_stream.h"

typedef ap_fixed<18, 2, AP_RND_CONV, AP_SAT> turn;

static void fill(turn table[8]) {
    for (int i = 0; i < 8; i++) {
#pragma HLS UNROLL
        table[i] = cos(2 * M_PI * (i + 0.5) / 32);
    }
}

void folded_math(hls::stream<ap_uint<8>>& go, hls::stream<ap_fixed<20, 4>>& out) {
    turn table[8];
    fill(table);
    const int at = go.read() & 7;
    out.write(table[at] * turn(sin(0.25)) + ap_fixed<20, 4>(pow(1.5, -2)));
}

// Loops with early ends beside loops in branches, steered by comparisons of mixed signs.
#include "ap_int.h"
#include "hls_stream.h"

void loop_after_branches(hls::stream<bool>& go, hls::stream<short>& in0, hls::stream<unsigned>& in1,
                         hls::stream<ap_int<40> >& out0) {
    static ap_uint<64> state = 1;
    static ap_uint<7> count = 0;
    go.read();
    ap_int<48> v = count;
    const short first = in0.read();
    unsigned second = in1.read();
    for (int i = 0; i < 2; i++) {
        if (v != 0) continue;
        for (int j = 0; j < 9; j++) {
            if (first - i) break;
            count = j;
            out0.write(first);
        }
        switch ((second ^ i) & 3) {
        case 0:
            for (int k = 0; k < 6; k++) {
#pragma HLS PIPELINE
                v -= (~(long long)k) > (count * count);
                out0.write(first * ap_int<13>(second));
                count--;
            }
            break;
        case 1:
            out0.write(v);
            break;
        case 2:
            state--;
            out0.write((unsigned)i % 33);
            break;
        default:
            for (int k = 0; k < 4; k++) {
                state = count;
                in1.read();
            }
        }
    }
    second--;
    for (int n = 0; ap_uint<2>(second) != 0 && n < 8; n++) out0.write(-state - ap_int<64>(n));
    out0.write(second);
}

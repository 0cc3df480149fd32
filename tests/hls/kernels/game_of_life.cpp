// One generation on a 16x16 torus held in registers: load rows, step, store rows.
#include "ap_int.h"
#include "hls_stream.h"

const int SIDE = 16;

static ap_uint<SIDE> turn_left(ap_uint<SIDE> r) { return (r << 1) | (r >> (SIDE - 1)); }
static ap_uint<SIDE> turn_right(ap_uint<SIDE> r) { return (r >> 1) | (r << (SIDE - 1)); }

void game_of_life(hls::stream<ap_uint<SIDE> >& in, hls::stream<ap_uint<SIDE> >& out) {
    ap_uint<SIDE> rows[SIDE];
    for (int y = 0; y < SIDE; y++) {
#pragma HLS PIPELINE II=1
        rows[y] = in.read();
    }
    for (int y = 0; y < SIDE; y++) {
#pragma HLS PIPELINE II=2
        const ap_uint<SIDE> up = rows[(y + SIDE - 1) % SIDE], here = rows[y], down = rows[(y + 1) % SIDE];
        const ap_uint<SIDE> n[8] = {turn_left(up),   up,   turn_right(up),   turn_left(here),
                                    turn_right(here), turn_left(down), down, turn_right(down)};
        ap_uint<SIDE> next;
        for (int x = 0; x < SIDE; x++) {
            ap_uint<4> count = 0;
            for (int k = 0; k < 8; k++) count += n[k][x];
            next[x] = count == 3 || (count == 2 && here[x]);
        }
        out.write(next);
    }
}

// Doubles an image in both directions by repeating pixels; a line memory gives the second row.
#include "ap_int.h"
#include "hls_stream.h"

#define H 5
#define W 7

void upscale(hls::stream<ap_uint<10> >& in, hls::stream<ap_uint<10> >& out) {
    ap_uint<10> line[W];
rows:
    for (int y = 0; y < H; y++) {
    repeat:
        for (int again = 0; again < 2; again++) {
        columns:
            for (int x = 0; x < 2 * W; x++) {
#pragma HLS PIPELINE II=1
                static ap_uint<10> held;
                if (!(x & 1)) {
                    if (again == 0) {
                        held = in.read();
                        line[x / 2] = held;
                    } else {
                        held = line[x / 2];
                    }
                }
                out.write(held);
            }
        }
    }
}

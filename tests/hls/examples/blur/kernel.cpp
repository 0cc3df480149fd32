// A stencil over a stream of pixels with a line buffer; columns at the edge repeat.
#include "kernel.h"

void blur(hls::stream<pixel_t> &in, hls::stream<pixel_t> &out) {
#pragma HLS INTERFACE mode = axis port = in
#pragma HLS INTERFACE mode = axis port = out
#pragma HLS INTERFACE mode = ap_ctrl_hs port = return
    pixel_t lines[2][WIDTH];
#pragma HLS ARRAY_PARTITION variable = lines complete dim = 1
    for (int row = 0; row < HEIGHT; row++) {
        pixel_t left = 0;
        for (int column = 0; column < WIDTH; column++) {
#pragma HLS PIPELINE II = 1
            const pixel_t here = in.read();
            const pixel_t above = row > 0 ? lines[0][column] : here;
            const pixel_t top = row > 1 ? lines[1][column] : above;
            lines[1][column] = above;
            lines[0][column] = here;
            const ap_uint<10> sum = ap_uint<10>(here) + above + top + (column > 0 ? left : here);
            left = here;
            out.write(pixel_t(sum >> 2));
        }
    }
}

// Gradient magnitude |gx| + |gy| with saturation; border pixels are zero.
#include <ap_int.h>
#include <hls_stream.h>

#define HEIGHT 9
#define WIDTH 11

static ap_uint<11> magnitude(ap_int<11> v) { return v < 0 ? ap_uint<11>(-v) : ap_uint<11>(v); }

void sobel(hls::stream<unsigned char>& in, hls::stream<unsigned char>& out) {
    unsigned char above[WIDTH], before[WIDTH];
    unsigned char p00, p01, p02, p10, p11, p12, p20, p21, p22;
    p00 = p01 = p02 = p10 = p11 = p12 = p20 = p21 = p22 = 0;
    for (int r = 0; r < HEIGHT; r++) {
        for (int c = 0; c < WIDTH; c++) {
#pragma HLS PIPELINE II=1
            p00 = p01; p01 = p02; p02 = above[c];
            p10 = p11; p11 = p12; p12 = before[c];
            p20 = p21; p21 = p22; p22 = in.read();
            above[c] = p12;
            before[c] = p22;
            unsigned char edge = 0;
            if (r > 1 && c > 1) {
                ap_int<11> gx = (p02 + 2 * p12 + p22) - (p00 + 2 * p10 + p20);
                ap_int<11> gy = (p20 + 2 * p21 + p22) - (p00 + 2 * p01 + p02);
                ap_uint<12> total = magnitude(gx) + magnitude(gy);
                edge = total > 255 ? 255 : total.to_int();
            }
            out.write(edge);
        }
    }
}

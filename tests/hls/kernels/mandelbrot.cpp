// Iterations until |z| > 2, at most 40, in Q3.13; the loop ends early.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_vector.h"

void mandelbrot(hls::stream<hls::vector<short, 2> >& c_in, hls::stream<unsigned char>& out) {
    const hls::vector<short, 2> c = c_in.read();
    int zr = 0, zi = 0;
    unsigned char n = 0;
    for (int i = 0; i < 40; i++) {
#pragma HLS PIPELINE II=1
        const int rr = (zr * zr) >> 13, ii = (zi * zi) >> 13;
        if (rr + ii > (4 << 13)) break;
        const int cross = (zr * zi) >> 12;
        zr = rr - ii + c[0];
        zi = cross + c[1];
        n++;
    }
    out.write(n);
}

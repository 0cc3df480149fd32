// Morphological opening of a binary image, one row a word: erosion, then dilation, three rows each.
#include "ap_int.h"
#include "hls_stream.h"

typedef ap_uint<24> row_t;

static row_t shrink(row_t r) { return r & (r << 1) & (r >> 1); }
static row_t grow(row_t r) { return r | (r << 1) | (r >> 1); }

void erode_dilate(hls::stream<row_t>& in, hls::stream<row_t>& out) {
    row_t a = 0, b = 0, d = 0, e = 0;
    for (int y = 0; y < 18; y++) {
#pragma HLS PIPELINE II=1
        row_t c = 0;
        if (y < 16) c = in.read();
        row_t eroded = shrink(a) & shrink(b) & shrink(c);
        a = b;
        b = c;
        if (y == 0) eroded = 0;
        row_t opened = grow(d) | grow(e) | grow(eroded);
        d = e;
        e = eroded;
        if (y >= 2) out.write(opened);
    }
}

// Median of five with a small sorting network over a sliding window.
#include "ap_int.h"
#include "hls_stream.h"

template <typename T>
void order(T& a, T& b) {
    if (b < a) {
        T t = a;
        a = b;
        b = t;
    }
}

void median5(hls::stream<short>& in, hls::stream<short>& out) {
    static short w[5] = {0, 0, 0, 0, 0};
    for (int n = 0; n < 50; n++) {
#pragma HLS PIPELINE II=1
        w[4] = w[3];
        w[3] = w[2];
        w[2] = w[1];
        w[1] = w[0];
        w[0] = in.read();
        short a = w[0], b = w[1], c = w[2], d = w[3], e = w[4];
        order(a, b);
        order(d, e);
        order(a, d);
        order(b, e);
        order(b, c);
        order(c, d);
        order(b, c);
        out.write(c);
    }
}

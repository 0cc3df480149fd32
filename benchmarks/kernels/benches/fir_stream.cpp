// One call of the filter on a block, beside the sum of products written out.
#include "hls_stream.h"

void fir_stream(hls::stream<short>& x, hls::stream<int>& y);

int main() {
    static const int coefficients[5] = {1283, -3947, 12651, -3947, 1283};
    static short samples[1024];
    hls::stream<short> x;
    hls::stream<int> y;
    for (int n = 0; n < 1024; n++) {
        samples[n] = (short)(n * 2731 + n * n * 13);
        x.write(samples[n]);
    }
    fir_stream(x, y);
    int wrong = 0;
    for (int n = 0; n < 1024; n++) {
        int sum = 0;
        for (int i = 0; i < 5 && i <= n; i++) sum += samples[n - i] * coefficients[i];
        wrong += y.read() != sum;
    }
    return wrong != 0;
}

// y = y + a x over arrays behind two bus masters, with scalars and base addresses in registers; returns a checksum.
static const int N = 64;

unsigned vector_update(const int* x, int* y, int a, int n) {
#pragma HLS INTERFACE m_axi port=x depth=64 offset=slave bundle=read
#pragma HLS INTERFACE m_axi port=y depth=64 offset=slave bundle=write
#pragma HLS INTERFACE s_axilite port=a
#pragma HLS INTERFACE s_axilite port=n
#pragma HLS INTERFACE s_axilite port=return
    int old[N];
    for (int i = 0; i < n; i++) {
#pragma HLS PIPELINE II=1
        old[i] = y[i];
    }
    unsigned sum = 0;
    for (int i = 0; i < n; i++) {
#pragma HLS PIPELINE II=1
        int made = old[i] + a * x[i];
        y[i] = made;
        sum ^= made;
    }
    return sum;
}

void triangle(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int a[16];
    for (int i = 0; i < 16; ++i) a[i] = in.read();
    int acc = 0;
    outer: for (int i = 0; i < 4; ++i) {
        int row = 0;
        inner: for (int j = 0; j <= i; ++j) {
#pragma HLS PIPELINE
#pragma HLS LOOP_TRIPCOUNT min=1 max=4
            row += a[i * 4 + j] * (j + 1);
        }
        acc = acc * 3 + row;
        if (acc > 1000000) break;
    }
    out.write(acc);
}

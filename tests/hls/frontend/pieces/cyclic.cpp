void cyclic(hls::stream<ap_uint<16>>& in, hls::stream<ap_uint<16>>& out) {
    ap_uint<16> a[16];
#pragma HLS ARRAY_PARTITION variable=a cyclic factor=4 dim=1
    ap_uint<16> b[16];
#pragma HLS ARRAY_PARTITION variable=b type=block factor=2
    for (int i = 0; i < 16; ++i) {
#pragma HLS PIPELINE
        a[i] = in.read();
        b[i] = a[i] * 3;
    }
    for (int i = 0; i < 4; ++i) {
#pragma HLS PIPELINE
        out.write(a[4 * i] + a[4 * i + 1] + a[4 * i + 2] + a[4 * i + 3]);
    }
    for (int i = 0; i < 8; ++i) {
#pragma HLS PIPELINE
        out.write(b[i] + b[i + 8]);
    }
}

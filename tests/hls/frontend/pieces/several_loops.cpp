void several_loops(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<16>>& out) {
    ap_uint<8> buffer[16];
    ap_uint<16> sums[4];
    for (int i = 0; i < 16; ++i) {
#pragma HLS PIPELINE
        buffer[i] = in.read();
    }
    for (int j = 0; j < 4; ++j) {
        sums[j] = 0;
        for (int i = 0; i < 4; ++i) sums[j] += buffer[4 * j + i];
    }
    for (int i = 0; i < 4; ++i) {
#pragma HLS PIPELINE
        out.write(sums[i]);
    }
}

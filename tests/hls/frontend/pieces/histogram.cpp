void histogram(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<16>>& out) {
    ap_uint<16> bins[32];
    for (int i = 0; i < 32; ++i) {
#pragma HLS PIPELINE
        bins[i] = 0;
    }
    for (int i = 0; i < 100; ++i) {
#pragma HLS PIPELINE II=1
        bins[in.read() % 32] += 1;
    }
    for (int i = 0; i < 32; ++i) {
#pragma HLS PIPELINE
        out.write(bins[i]);
    }
}

void imperfect(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<16>>& out) {
    ap_uint<4> n = in.read();
    for (int i = 0; i < n; ++i) {
        ap_uint<8> start = in.read();
        ap_uint<16> a = 0, b = 1;
        for (int j = 0; j < 5; ++j) {
#pragma HLS PIPELINE
            a += start * j;
        }
        for (int j = 0; j < i; ++j) {
#pragma HLS PIPELINE
            b = b * 3 + a;
        }
        out.write(a ^ b);
    }
}

void latch(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<16>>& out) {
    ap_uint<16> x = 0;
    for (int i = 0; i < 4; ++i) {
        ap_uint<8> n = in.read();
        ap_uint<16> acc = 1;
        while (n > 1) {
            acc = acc * n;
            n--;
            for (int k = 0; k < n; k += 3) {
                acc ^= k;
            }
        }
        x += acc;
        out.write(x);
    }
}

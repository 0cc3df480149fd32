void early(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
    ap_uint<8> w = in.read();
    if (w == 0) return;
    for (int i = 0; i < 10; ++i) {
        ap_uint<8> v = in.read();
        if (v == w) {
            out.write(i);
            return;
        }
        if (v > 200) {
            out.write(255);
            return;
        }
    }
    out.write(100);
}

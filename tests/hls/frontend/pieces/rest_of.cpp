void rest_of(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<16>>& out) {
    ap_uint<8> a[11];
    for (int i = 0; i < 11; ++i) a[i] = in.read();
    ap_uint<16> s = 0;
    for (int i = 0; i < 11; ++i) {
#pragma HLS UNROLL factor=4
        s += a[i] * (i + 1);
    }
    out.write(s);
    ap_uint<4> n = in.read();
    for (int i = 0; i < n; ++i) {
#pragma HLS UNROLL factor=2
        s += i;
    }
    out.write(s);
}

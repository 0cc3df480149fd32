void bubble(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
    ap_uint<8> a[8];
    for (int i = 0; i < 8; ++i) a[i] = in.read();
    for (int i = 0; i < 7; ++i)
    for (int j = 0; j < 7 - i; ++j) {
#pragma HLS PIPELINE
        if (a[j] > a[j + 1]) {
            ap_uint<8> t = a[j];
            a[j] = a[j + 1];
            a[j + 1] = t;
        }
    }
    for (int i = 0; i < 8; ++i) out.write(a[i]);
}

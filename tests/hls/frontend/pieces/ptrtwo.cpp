void ptrtwo(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int a[4], b[4];
    for (int i = 0; i < 4; ++i) {
        a[i] = in.read();
        b[i] = in.read();
    }
    int *src = a, *dst = b;
    for (int k = 0; k < 3; ++k) {
        for (int i = 0; i < 4; ++i) dst[i] = src[i] * 3 + dst[(i + 1) & 3];
        int *t = src;
        src = dst;
        dst = t;
    }
    out.write(src[0] + src[3] * 1000);
}

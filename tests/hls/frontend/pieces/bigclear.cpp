void bigclear(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    unsigned short a[600] = {};
    ap_uint<8> n = in.read();
    for (int i = 0; i < n; ++i) a[(i * 7) % 600] += i;
    int s = 0;
    for (int i = 0; i < 600; ++i) s += a[i] * i;
    out.write(s);
}

void dowhile(hls::stream<ap_uint<16>>& in, hls::stream<ap_uint<16>>& out) {
    ap_uint<16> a = in.read(), b = in.read();
    do {
        if (a == 0 || b == 0) break;
        if (a > b) {
            a = a % b;
        }
        else {
            b = b % a;
        }
    }
    while (true);
    out.write(a + b);
}

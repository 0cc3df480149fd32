void ptrloop(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int a[6];
    int *p = a;
    while (p != a + 6) *p++ = in.read();
    int s = 0;
    for (const int *q = a + 5; q >= a; q -= 1) s = s * 5 + *q;
    out.write(s);
}

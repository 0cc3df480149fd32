static int total(const int *p, int n) {
    int s = 0;
    for (int i = 0; i < n; ++i) s += p[i];
    return s;
}
static void swap(int &a, int &b) {
    int t = a;
    a = b;
    b = t;
}
void pointers(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int a[8], b[8];
    for (int i = 0; i < 8; ++i) {
        a[i] = in.read();
        b[i] = a[i] + 1;
    }
    ap_uint<8> w = in.read();
    int *p = w[0] ? a : b;
    out.write(total(p, 8));
    out.write(total(a + 2, 3));
    swap(a[1], b[2]);
    int *q = &a[1];
    *q += 5;
    out.write(a[1] + b[2] * 256);
    const int *end = a + 8;
    int s = 0;
    for (const int *x = a; x != end; ++x) s = s * 3 + *x;
    out.write(s);
    __builtin_memmove(b + 1, b, 5 * sizeof(int));
    for (int i = 0; i < 8; ++i) s = s * 3 + b[i];
    out.write(s);
}

static int find(const int *b, const int *e, int x) {
    const int *p = b;
    while (p < e) {
        if (*p == x) break;
        p += 2;
    }
    return p - b;
}
void ptrdiff(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int a[12];
    for (int i = 0; i < 12; ++i) a[i] = in.read() & 15;
    out.write(find(a, a + 12, in.read() & 15));
    out.write(find(a + 3, a + 9, a[5]));
    int *q = &a[in.read() & 7];
    if (q == a + 3) out.write(333);
    if (q != &a[2]) q[1] = 77;
    out.write(a[3] + a[8]);
}

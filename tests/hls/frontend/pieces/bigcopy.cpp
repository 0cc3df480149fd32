struct Q {
    unsigned char x;
    int y;
};
void bigcopy(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    static Q a[100];
    Q b[100];
    for (int i = 0; i < 100; ++i) {
        a[i].x += in.read();
        a[i].y = a[i].x * i;
    }
    __builtin_memcpy(b, a, sizeof(a));
    int s = 0;
    for (int i = 0; i < 100; ++i) s = s * 3 + b[i].x + b[i].y;
    out.write(s);
}

void local_init(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int a[8] = {1, 2, 3};
    static int lazy = in.read() + 5;
    a[in.read() & 7] += 100;
    int s = 0;
    for (int i = 0; i < 8; ++i) s = s * 3 + a[i];
    out.write(s + lazy);
}

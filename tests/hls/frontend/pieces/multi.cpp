void multi(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int a[3][4][2];
    static const int weights[3][2] = {{1, 2}, {3, 4}, {5, 6}};
    for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 4; ++j)
    for (int k = 0; k < 2; ++k) a[i][j][k] = in.read();
    for (int j = 0; j < 4; ++j) {
        int s = 0;
        for (int i = 0; i < 3; ++i)
        for (int k = 0; k < 2; ++k) s += a[i][j][k] * weights[i][k];
        out.write(s);
    }
}

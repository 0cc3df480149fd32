static void fill(int a[8], hls::stream<ap_uint<8>>& in) {
#pragma HLS ARRAY_PARTITION variable=a block factor=2
    for (int i = 0; i < 8; ++i) a[i] = in.read();
}
void helper(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int a[8];
    fill(a, in);
    int s = 0;
    for (int i = 0; i < 4; ++i) {
#pragma HLS PIPELINE
        s += a[i] * a[i + 4];
    }
    out.write(s);
}

struct Box {
    int a[8];
    int b[8];
    Box() {
#pragma HLS ARRAY_PARTITION variable=a complete
#pragma HLS ARRAY_PARTITION variable=b cyclic factor=2
    }
};
void members(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    Box box;
    for (int i = 0; i < 8; ++i) {
        box.a[i] = in.read();
        box.b[i] = i;
    }
    int s = 0;
    for (int i = 0; i < 8; i += 2) {
#pragma HLS PIPELINE
        s += box.a[(i * 3) & 7] * box.b[i] + box.b[i + 1];
    }
    out.write(s);
}

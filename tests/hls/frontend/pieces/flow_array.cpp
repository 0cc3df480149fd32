static void stage1(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>> s[2], const int gains[4]) {
    static int count = 0;
    for (int i = 0; i < 8; ++i) {
        ap_uint<8> w = in.read();
        s[i & 1].write(w * gains[i & 3] + count);
    }
    count++;
}
static void stage2(hls::stream<ap_uint<8>> s[2], hls::stream<ap_uint<32>>& out, int buffer[8]) {
#pragma HLS ARRAY_PARTITION variable=buffer cyclic factor=2
    for (int i = 0; i < 8; ++i) {
        buffer[i] = s[i & 1].read();
    }
    for (int i = 0; i < 8; ++i) out.write(buffer[7 - i]);
}
static const int gains[4] = {1, 2, 3, 5};
void flow_array(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
#pragma HLS DATAFLOW
    hls::stream<ap_uint<8>> s[2];
    int scratch[8];
    stage1(in, s, gains);
    stage2(s, out, scratch);
}

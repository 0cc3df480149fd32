static void f_read(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<16>>& a, hls::stream<ap_uint<16>>& b) {
    for (int i = 0; i < 16; ++i) {
#pragma HLS PIPELINE
        ap_uint<8> w = in.read();
        a.write(w * 3);
        b.write(w + 1);
    }
}
static void f_sum(hls::stream<ap_uint<16>>& a, hls::stream<ap_uint<16>>& b, hls::stream<ap_uint<32>>& out, int k) {
    for (int i = 0; i < 16; ++i) {
#pragma HLS PIPELINE
        out.write(a.read() * k + b.read());
    }
}
void flow(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
#pragma HLS DATAFLOW
    hls::stream<ap_uint<16>> a("a"), b;
#pragma HLS STREAM variable=a depth=4
    f_read(in, a, b);
    f_sum(a, b, out, 5);
}

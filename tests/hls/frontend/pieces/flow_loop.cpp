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
void flow_loop(hls::stream<ap_uint<8>>& ctl, hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int n = ctl.read() & 3;
    for (int i = 0; i < n; ++i) {
#pragma HLS DATAFLOW
        hls::stream<ap_uint<16>> a, b;
#pragma HLS STREAM variable=a depth=4
#pragma HLS STREAM variable=b depth=4
        f_read(in, a, b);
        f_sum(a, b, out, i * 7);
    }
}

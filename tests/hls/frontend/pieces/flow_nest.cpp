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
template <int N> void scale(hls::stream<ap_uint<32>>& in, hls::stream<ap_uint<32>>& out) {
    for (int i = 0; i < 16; ++i) {
#pragma HLS PIPELINE
        out.write(in.read() * N);
    }
}
static void two(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
#pragma HLS DATAFLOW
    hls::stream<ap_uint<16>> a, b;
    f_read(in, a, b);
    f_sum(a, b, out, 9);
}
void flow_nest(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
#pragma HLS DATAFLOW
    hls::stream<ap_uint<32>> s[3];
#pragma HLS STREAM variable=s depth=3
    two(in, s[0]);
    scale<3>(s[0], s[1]);
    scale<5>(s[1], s[2]);
    scale<3>(s[2], out);
}

template <int N> struct Shift {
    ap_uint<8> r[N];
    ap_uint<8> push(ap_uint<8> x) {
        ap_uint<8> o = r[N-1];
        for (int i = N - 1; i > 0; --i) {
#pragma HLS UNROLL
            r[i] = r[i-1];
        }
        r[0] = x;
        return o;
    }
};
void shadow(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
#pragma HLS PIPELINE II=1
    static Shift<4> s;
    out.write(s.push(in.read()));
}

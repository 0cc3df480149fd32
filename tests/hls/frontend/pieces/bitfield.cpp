struct F {
    unsigned a : 3, b : 5;
    int c : 7;
};
void bitfield(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    F f;
    f.a = in.read();
    f.b = in.read();
    f.c = in.read();
    out.write(f.a * 1000 + f.b * 10 + f.c);
}

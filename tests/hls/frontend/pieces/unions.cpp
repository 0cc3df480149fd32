union U {
    int i;
    unsigned char b[4];
};
void unions(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    U u;
    u.i = in.read() * 77777;
    out.write(u.b[1] + u.b[2] * 256);
}

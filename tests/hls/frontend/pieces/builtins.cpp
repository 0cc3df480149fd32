void builtins(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    unsigned w = in.read() * 0x01030507u + 1;
    out.write(__builtin_popcount(w) + 64 * __builtin_clz(w) + 4096 * __builtin_ctz(w));
    out.write(__builtin_bswap32(w));
    out.write((w << 7) | (w >> 25));
    int s = (int)w;
    out.write(s < 0 ? -s : s);
}

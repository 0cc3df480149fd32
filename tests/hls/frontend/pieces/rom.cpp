static unsigned crc_of(unsigned i) {
    unsigned c = i;
    for (int k = 0; k < 8; ++k) c = (c & 1) ? (c >> 1) ^ 0xEDB88320u : c >> 1;
    return c;
}
void rom(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    unsigned table[256];
    for (int i = 0; i < 256; ++i) table[i] = crc_of(i);
    unsigned crc = 0xFFFFFFFFu;
    for (int i = 0; i < 9; ++i) {
#pragma HLS PIPELINE
        crc = (crc >> 8) ^ table[(crc ^ in.read()) & 255];
    }
    out.write(~crc);
}

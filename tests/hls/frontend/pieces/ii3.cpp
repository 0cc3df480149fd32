void ii3(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int s = 0;
    for (int i = 0; i < 16; ++i) {
#pragma HLS PIPELINE II=3
        s = s * 7 + in.read();
        s ^= s >> 3;
    }
    out.write(s);
}

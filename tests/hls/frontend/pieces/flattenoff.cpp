void flattenoff(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int s = 0;
    for (int i = 0; i < 3; ++i) {
#pragma HLS LOOP_FLATTEN off
        for (int j = 0; j < 5; ++j) {
#pragma HLS PIPELINE
            s += in.read() * (i + j);
        }
    }
    out.write(s);
}

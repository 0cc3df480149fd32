void ctrl_pred(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& side, hls::stream<ap_uint<8>>& out) {
    static ap_uint<8> mem[64];
    for (int i = 0; i < 20; ++i) {
#pragma HLS PIPELINE II=1
        ap_uint<8> w = in.read();
        if (w[7]) {
            if (w[6]) {
                mem[w % 64] = side.read();
            }
            else {
                out.write(mem[w % 64]);
            }
        }
        else if (w == 5) {
            for (int j = 0; j < 2; ++j) out.write(j + 30);
        }
    }
}

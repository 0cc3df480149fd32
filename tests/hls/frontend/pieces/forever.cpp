void forever(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<16>>& out) {
    ap_uint<16> total = 0;
    while (true) {
#pragma HLS PIPELINE II=1
        ap_uint<8> w = in.read();
        if (w == 255) {
            out.write(total);
            continue;
        }
        if (w == 254) total = 0;
        total += w;
    }
}

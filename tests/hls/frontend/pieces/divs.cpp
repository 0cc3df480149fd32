void divs(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int w = in.read();
    out.write(100000 / (w + 1) + 77777 % (w + 3) + (-1000 / (w + 1)) * 7 + (-1000 % (w + 2)));
}

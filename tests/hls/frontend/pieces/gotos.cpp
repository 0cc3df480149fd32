void gotos(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int n = in.read() & 15;
    int i = 0;
    again: i += 3;
    if (i < n) goto again;
    if (i == n) goto done;
    i += 100;
    done: out.write(i);
}

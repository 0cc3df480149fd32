void switches(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int w = in.read() & 7;
    static const int t[] = {5, 9, 2};
    switch (w) {
        case 0: out.write(t[0]);
        break;
        case 1: case 2: out.write(w);
        case 3: out.write(33);
        break;
        case 7: return;
        default: out.write(t[w % 3]);
    }
}

struct Acc {
    ap_uint<8> s[4];
    int n;
    Acc() : n(0) {
        for (int i = 0; i < 4; ++i) s[i] = i;
    }
    void add(int x) {
        s[n & 3] += x;
        n++;
    }
};
void classes(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    static Acc a;
    a.add(in.read());
    out.write(a.s[a.n & 3]);
}

struct V {
    int x[3];
    short y;
};
static V scale(V v, int k) {
    for (int i = 0; i < 3; ++i) v.x[i] *= k;
    v.y += k;
    return v;
}
void byvalue(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    V v = {{1, 2, 3}, 4};
    v.x[1] = in.read();
    V w = scale(v, 3);
    V u = scale(w, in.read());
    out.write(v.x[1] + w.x[1] * 10 + u.x[2] * 100 + u.y);
}

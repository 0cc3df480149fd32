static int f(int x) {
    return x * 3;
}
static int table[3] = {f(1), f(2), f(3)};
static ap_uint<8> g = 7;
void globals(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    out.write(table[in.read() % 3] + g);
}

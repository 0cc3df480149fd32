void lambdas(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int k = in.read();
    auto f = [&](int x) {
        return x * k + 1;
    };
    auto g = [k](auto x) {
        return x - k;
    };
    out.write(f(in.read()) + g(5));
}

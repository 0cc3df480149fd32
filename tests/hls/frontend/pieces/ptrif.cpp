void ptrif(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    int a[4] = {1,2,3,4}, b[4] = {5,6,7,8};
    int w = in.read();
    int *p;
    if (w & 1) p = a;
    else {
        p = b;
        a[0] = w;
    }
    for (int i = 0; i < 4; ++i) p[i] += w;
    out.write(a[0] + a[1] * 10 + b[0] * 100 + b[1] * 1000);
}

void deep_state(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    enum {
        A, B, C
    }
    st = A;
    int cnt = 0;
    bool done = false;
    while (!done) {
        int w = in.read();
        switch (st) {
            case A: if (w > 100) {
                st = B;
                cnt = w & 3;
            }
            break;
            case B: for (int i = 0; i < cnt; ++i) {
                out.write(w + i);
            }
            st = C;
            break;
            case C: if (w & 1) done = true;
            else if (w & 2) {
                st = A;
                continue;
            }
            out.write(w * 1000);
            break;
        }
    }
    out.write(99);
}

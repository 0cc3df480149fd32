void machine(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<8>>& out) {
    enum State {
        IDLE, LEN, DATA, SUM
    };
    static State state = IDLE;
    static ap_uint<8> left = 0, sum = 0;
#pragma HLS PIPELINE II=1
    ap_uint<8> w = in.read();
    switch (state) {
        case IDLE: if (w == 0xAA) state = LEN;
        break;
        case LEN: left = w;
        sum = 0;
        state = w == 0 ? SUM : DATA;
        break;
        case DATA: sum += w;
        if (--left == 0) state = SUM;
        break;
        case SUM: out.write(w == sum ? 1 : 0);
        state = IDLE;
        break;
    }
}

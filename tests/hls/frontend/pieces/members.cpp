struct Box {
    int a[8];
    int b[8];
    Box() {
#pragma HLS ARRAY_PARTITION variable=a complete
#pragma HLS ARRAY_PARTITION variable=b cyclic factor=2
    }
};
struct Cell {
    ap_uint<5> low;
    short high;
};
class Reader {  // references beside an array under an index
    hls::stream<ap_uint<8>>& words;
    Cell kept[4];
    const int (&weights)[8];

  public:
    Reader(hls::stream<ap_uint<8>>& from, const int (&by)[8]) : words(from), weights(by) {}
    void take(int at) {
        const ap_uint<8> word = words.read();
        Cell cell;
        cell.low = word;
        cell.high = word - 100;
        kept[at] = cell;
    }
    int sum(int at) {
        const Cell cell = kept[at];
        return cell.high * weights[at] + cell.low;
    }
};
void members(hls::stream<ap_uint<8>>& in, hls::stream<ap_uint<32>>& out) {
    Box box;
    for (int i = 0; i < 8; ++i) {
        box.a[i] = in.read();
        box.b[i] = i;
    }
    int s = 0;
    for (int i = 0; i < 8; i += 2) {
#pragma HLS PIPELINE
        s += box.a[(i * 3) & 7] * box.b[i] + box.b[i + 1];
    }
    out.write(s);
    Reader reader(in, box.b);
    for (int i = 0; i < 4; ++i) reader.take(3 - i);
    for (int i = 0; i < 4; ++i) out.write(reader.sum(i & s & 3));
}

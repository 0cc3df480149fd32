struct Item {
    ap_uint<8> key;
    ap_int<12> value;
    bool valid;
};
void structs(hls::stream<ap_uint<8>>& in, hls::stream<ap_int<16>>& out) {
    Item table[8] = {};
    for (int i = 0; i < 12; ++i) {
        ap_uint<8> k = in.read();
        Item item = table[k % 8];
        if (!item.valid || item.key != k) {
            item.key = k;
            item.value = 0;
            item.valid = true;
        }
        item.value += k;
        table[k % 8] = item;
    }
    for (int i = 0; i < 8; ++i) out.write(table[i].valid ? ap_int<16>(table[i].value * table[i].key) : ap_int<16>(-1));
}

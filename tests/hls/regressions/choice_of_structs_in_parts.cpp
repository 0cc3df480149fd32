#include <ap_int.h>
#include <hls_stream.h>

// One structure is kept as four values, the other as a word: each field is at an offset of its own in the latter alone.
struct Record {
    ap_uint<1> valid;
    ap_int<8> level;
    ap_uint<13> key;
    ap_uint<5> tag;
};

void choice_of_structs_in_parts(hls::stream<bool>& go, hls::stream<Record>& in, hls::stream<Record>& out) {
    static ap_int<13> state = 0;
    go.read();
    state += 77;
    Record own;
    own.valid = 1;
    own.level = state;
    own.key = state;
    own.tag = state >> 3;
    Record copy = own;
    Record taken = in.read();
    out.write(state + copy.level > 60 ? taken : copy);
}

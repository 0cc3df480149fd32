#include "ap_int.h"
#include "hls_stream.h"
struct Record { ap_uint<1> f0; ap_uint<7> f1; ap_uint<12> f2; ap_uint<7> t[4]; };
void choice_of_structs_with_arrays(hls::stream<bool>& go, hls::stream<ap_uint<7>>& in0, hls::stream<Record>& out0) {
    go.read();
    Record one;
    one.f0 = 1;
    one.f1 = in0.read();
    one.f2 = 9;
    for (int i = 0; i < 4; i++) one.t[i] = i;
    one.t[1] = in0.read();
    Record two = one;
    Record box[4];
    for (int i = 0; i < 4; i++) box[i] = one;
    box[in0.read() & 3].f1 = 5;
    two.t[in0.read() & 3] = in0.read();
    ap_uint<7> v = in0.read();
    out0.write(v > 40 ? (in0.read() & 1 ? two : one) : box[in0.read() & 3]);
    one.f2 = (v & 1 ? two : v & 2 ? box[v & 3] : one).t[in0.read() & 3];
    out0.write(v & 4 ? two : one);
}

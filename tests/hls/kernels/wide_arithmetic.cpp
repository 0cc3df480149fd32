// 256-bit addition, subtraction, multiplication by a small factor and comparison.
#include "ap_int.h"
#include "hls_stream.h"

typedef ap_uint<256> big_t;

void wide_arithmetic(hls::stream<big_t>& a_in, hls::stream<big_t>& b_in, hls::stream<ap_uint<264> >& out) {
    big_t a = a_in.read(), b = b_in.read();
    big_t difference = a > b ? big_t(a - b) : big_t(b - a);
    out.write(a + b);
    out.write(difference);
    out.write(difference * ap_uint<8>(201));
    out.write((a & b) ^ (a >> 77) ^ (b << 13));
}

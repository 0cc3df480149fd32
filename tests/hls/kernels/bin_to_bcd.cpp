// Binary to decimal digits by double dabble, unrolled.
#include "ap_int.h"
#include "hls_stream.h"

void bin_to_bcd(hls::stream<ap_uint<14> >& in, hls::stream<ap_uint<16> >& out) {
#pragma HLS PIPELINE II=1
    const ap_uint<14> binary = in.read();
    ap_uint<16> digits = 0;
    for (int i = 13; i >= 0; i--) {
#pragma HLS UNROLL
        for (int d = 0; d < 4; d++) {
#pragma HLS UNROLL
            ap_uint<4> digit = digits.range(4 * d + 3, 4 * d);
            if (digit >= 5) digits.range(4 * d + 3, 4 * d) = digit + 3;
        }
        digits <<= 1;
        digits[0] = binary[i];
    }
    out.write(digits);
}

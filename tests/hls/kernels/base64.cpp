// Base64: three bytes in, four characters out, by a state machine of one character a cycle.
#include "ap_int.h"
#include "hls_stream.h"

static const char alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64(hls::stream<ap_uint<8> >& in, hls::stream<char>& out) {
    ap_uint<8> carry = 0;
    for (int i = 0; i < 12 * 4; i++) {
#pragma HLS PIPELINE II=1
        ap_uint<6> digit;
        ap_uint<8> byte = 0;
        if (i % 4 != 3) byte = in.read();
        switch (i % 4) {
        case 0: digit = byte(7, 2); break;
        case 1: digit = (carry(1, 0), byte(7, 4)); break;
        case 2: digit = (carry(3, 0), byte(7, 6)); break;
        default: digit = carry(5, 0);
        }
        carry = byte;
        out.write(alphabet[digit]);
    }
}

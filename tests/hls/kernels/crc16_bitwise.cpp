// CRC-16/XMODEM, 32 bits a cycle by an unrolled bit loop.
#include "ap_int.h"
#include "hls_stream.h"

typedef ap_uint<16> crc_t;

static crc_t update(crc_t crc, ap_uint<32> word) {
#pragma HLS INLINE
    for (int bit = 31; bit >= 0; bit--) {
#pragma HLS UNROLL
        bool feedback = crc[15] ^ word[bit];
        crc <<= 1;
        if (feedback) crc ^= 0x1021;
    }
    return crc;
}

void crc16_bitwise(hls::stream<ap_uint<32> >& in, hls::stream<crc_t>& out) {
    crc_t crc = 0;
    for (int i = 0; i < 10; i++) {
#pragma HLS PIPELINE II=1
        crc = update(crc, in.read());
    }
    out.write(crc);
}

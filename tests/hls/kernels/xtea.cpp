// XTEA encryption, 32 rounds, the key arrives once and stays.
#include "ap_int.h"
#include "hls_stream.h"

void xtea(hls::stream<ap_uint<128> >& key_in, hls::stream<ap_uint<64> >& plain, hls::stream<ap_uint<64> >& cipher) {
    unsigned key[4];
#pragma HLS ARRAY_PARTITION variable=key complete
    const ap_uint<128> k = key_in.read();
    for (int i = 0; i < 4; i++) {
#pragma HLS UNROLL
        key[i] = k.range(32 * i + 31, 32 * i).to_uint();
    }
    for (int block = 0; block < 3; block++) {
        const ap_uint<64> p = plain.read();
        unsigned v0 = p(63, 32).to_uint(), v1 = p(31, 0).to_uint(), sum = 0;
    rounds:
        for (int i = 0; i < 32; i++) {
#pragma HLS PIPELINE II=3
            v0 += (((v1 << 4) ^ (v1 >> 5)) + v1) ^ (sum + key[sum & 3]);
            sum += 0x9E3779B9;
            v1 += (((v0 << 4) ^ (v0 >> 5)) + v0) ^ (sum + key[(sum >> 11) & 3]);
        }
        cipher.write((ap_uint<32>(v0), ap_uint<32>(v1)));
    }
}

// One AES-128 encryption round a cycle: SubBytes, ShiftRows, MixColumns, AddRoundKey; the S-box is computed at compile time.
#include "ap_int.h"
#include "hls_stream.h"

typedef unsigned char byte_t;

constexpr byte_t times2(byte_t x) { return byte_t((x << 1) ^ ((x & 0x80) ? 0x1b : 0)); }
constexpr byte_t gf_mul(byte_t a, byte_t b) {
    byte_t p = 0;
    for (int i = 0; i < 8; i++) {
        if (b & 1) p ^= a;
        a = times2(a);
        b >>= 1;
    }
    return p;
}
struct Sbox {
    byte_t at[256];
    constexpr Sbox() : at() {
        for (int i = 0; i < 256; i++) {
            byte_t inverse = 1;
            for (int k = 0; k < 254; k++) inverse = gf_mul(inverse, byte_t(i));
            byte_t s = 0x63;
            for (int r = 0; r < 5; r++) s ^= byte_t((inverse << r) | (inverse >> (8 - r)));
            at[i] = s;
        }
    }
};
static constexpr Sbox sbox;

void aes_round(hls::stream<ap_uint<128> >& block, hls::stream<ap_uint<128> >& key, hls::stream<ap_uint<128> >& out) {
#pragma HLS PIPELINE II=1
    const ap_uint<128> in = block.read();
    byte_t state[4][4], mixed[4][4];
#pragma HLS ARRAY_PARTITION variable=state complete dim=0
#pragma HLS ARRAY_PARTITION variable=mixed complete dim=0
    for (int c = 0; c < 4; c++)
        for (int r = 0; r < 4; r++) {
            const int from = 4 * ((c + r) % 4) + r;
            state[r][c] = sbox.at[in.range(127 - 8 * from, 120 - 8 * from).to_uint()];
        }
    for (int c = 0; c < 4; c++)
        for (int r = 0; r < 4; r++)
            mixed[r][c] = times2(state[r][c]) ^ times2(state[(r + 1) % 4][c]) ^ state[(r + 1) % 4][c] ^
                          state[(r + 2) % 4][c] ^ state[(r + 3) % 4][c];
    ap_uint<128> result;
    for (int c = 0; c < 4; c++)
        for (int r = 0; r < 4; r++) {
            const int at = 4 * c + r;
            result.range(127 - 8 * at, 120 - 8 * at) = mixed[r][c];
        }
    out.write(result ^ key.read());
}

// SHA-256 compression of one padded 512-bit block a message: schedule in a shift register, one round a step.
#include "ap_int.h"
#include "hls_stream.h"

typedef ap_uint<32> u32;

static const unsigned K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static u32 rotate(u32 x, int n) { return (x >> n) | (x << (32 - n)); }

void sha256(hls::stream<u32>& message, hls::stream<ap_uint<256> >& digest) {
    u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    u32 w[16];
#pragma HLS ARRAY_PARTITION variable=w complete
    u32 a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], t = h[7];
rounds:
    for (int i = 0; i < 64; i++) {
#pragma HLS PIPELINE II=2
        u32 next;
        if (i < 16) {
            next = message.read();
        } else {
            u32 s0 = rotate(w[1], 7) ^ rotate(w[1], 18) ^ (w[1] >> 3);
            u32 s1 = rotate(w[14], 17) ^ rotate(w[14], 19) ^ (w[14] >> 10);
            next = w[0] + s0 + w[9] + s1;
        }
        for (int j = 0; j < 15; j++) w[j] = w[j + 1];
        w[15] = next;
        u32 big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
        u32 choose = (e & f) ^ (~e & g);
        u32 t1 = t + big1 + choose + K[i] + next;
        u32 big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
        u32 major = (a & b) ^ (a & c) ^ (b & c);
        u32 t2 = big0 + major;
        t = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    u32 sum[8] = {u32(a + h[0]), u32(b + h[1]), u32(c + h[2]), u32(d + h[3]),
                  u32(e + h[4]), u32(f + h[5]), u32(g + h[6]), u32(t + h[7])};
    ap_uint<256> result;
    for (int i = 0; i < 8; i++) {
#pragma HLS UNROLL
        result.range(255 - 32 * i, 224 - 32 * i) = sum[i];
    }
    digest.write(result);
}

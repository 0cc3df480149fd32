// Separable 5x5 Gaussian (1 4 6 4 1): vertical pass over line buffers, then horizontal, same size with zero borders.
#include "ap_int.h"
#include "hls_stream.h"

const int H = 10, W = 14, R = 2;

template <typename T>
static ap_uint<12> weighted(const T v[5]) {
    return v[0] + 4 * v[1] + 6 * v[2] + 4 * v[3] + v[4];
}

void separable_gauss(hls::stream<ap_uint<8> >& in, hls::stream<ap_uint<8> >& out) {
    ap_uint<8> lines[4][W];
#pragma HLS array_partition variable=lines dim=1 complete
    ap_uint<12> across[5];
#pragma HLS array_partition variable=across complete
    for (int y = 0; y < H + R; y++) {
        for (int x = 0; x < W + R; x++) {
#pragma HLS pipeline II=1
            ap_uint<8> column[5];
            ap_uint<12> vertical = 0;
            if (x < W) {
                for (int k = 0; k < 4; k++) column[k] = (y - 4 + k >= 0) ? lines[k][x] : ap_uint<8>(0);
                column[4] = (y < H) ? in.read() : ap_uint<8>(0);
                for (int k = 0; k < 3; k++) lines[k][x] = lines[k + 1][x];
                lines[3][x] = column[4];
                vertical = weighted(column);
            }
            for (int k = 0; k < 4; k++) across[k] = (x == 0) ? ap_uint<12>(0) : across[k + 1];
            across[4] = vertical;
            if (y >= R && x >= R) {
                ap_uint<16> sum = across[0] + 4 * across[1] + 6 * across[2] + 4 * across[3] + across[4];
                out.write((sum + 128) >> 8);
            }
        }
    }
}

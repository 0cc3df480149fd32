// Matrix transposition in a ping-pong memory: one half is filled while the other is read.
#include "ap_int.h"
#include "hls_stream.h"

#define N 8

void transpose(hls::stream<short>& in, hls::stream<short>& out) {
    static short memory[2][N][N];
#pragma HLS ARRAY_PARTITION variable=memory complete dim=1
    static bool bank = false;
    static bool filled = false;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
#pragma HLS PIPELINE II=1
            if (bank) {
                memory[1][i][j] = in.read();
                if (filled) out.write(memory[0][j][i]);
            } else {
                memory[0][i][j] = in.read();
                if (filled) out.write(memory[1][j][i]);
            }
        }
    }
    bank = !bank;
    filled = true;
}

// Matrix times vector as it is first written: the accumulation is a loop of its own, the matrix a ROM in block memory.
#include "ap_int.h"
#include "hls_stream.h"

#define ROWS 8
#define COLS 16

struct Weights {
    short w[ROWS][COLS];
    constexpr Weights() : w() {
        for (int r = 0; r < ROWS; r++)
            for (int c = 0; c < COLS; c++) w[r][c] = short((r * 37 + c * 101) % 199 - 99);
    }
};
static constexpr Weights rom;

void matrix_vector(hls::stream<short>& x_in, hls::stream<int>& y_out) {
    short x[COLS];
read_x:
    for (int c = 0; c < COLS; c++) {
#pragma HLS PIPELINE II=1
        x[c] = x_in.read();
    }
row:
    for (int r = 0; r < ROWS; r++) {
        int acc = 0;
    column:
        for (int c = 0; c < COLS; c++) {
#pragma HLS PIPELINE II=1
            acc += rom.w[r][c] * x[c];
        }
        y_out.write(acc);
    }
}

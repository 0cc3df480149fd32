// A perfect loop nest over two-dimensional array arguments, one row's words side by side.
#include "kernel.h"

void matrix_vector(const coefficient_t matrix[ROWS][COLUMNS], const coefficient_t vector[COLUMNS], sum_t out[ROWS]) {
#pragma HLS ARRAY_PARTITION variable = matrix cyclic factor = 4 dim = 2
#pragma HLS ARRAY_PARTITION variable = vector cyclic factor = 4
rows:
    for (int row = 0; row < ROWS; row++) {
        sum_t sum = 0;
    columns:
        for (int column = 0; column < COLUMNS; column += 4) {
#pragma HLS PIPELINE II = 1
            for (int lane = 0; lane < 4; lane++) {
#pragma HLS UNROLL
                sum += matrix[row][column + lane] * vector[column + lane];
            }
        }
        out[row] = sum;
    }
}

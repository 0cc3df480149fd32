#include <cstdio>

#include "kernel.h"

int main() {
    coefficient_t matrix[ROWS][COLUMNS], vector[COLUMNS];
    sum_t out[ROWS];
    for (int column = 0; column < COLUMNS; column++) {
        vector[column] = 11 * column - 90;
        for (int row = 0; row < ROWS; row++) matrix[row][column] = 37 * row - 13 * column;
    }
    matrix_vector(matrix, vector, out);
    for (int row = 0; row < ROWS; row++) {
        int sum = 0;
        for (int column = 0; column < COLUMNS; column++) sum += int(matrix[row][column]) * int(vector[column]);
        if (sum != int(out[row])) {
            std::printf("row %d: %d instead of %d\n", row, int(out[row]), sum);
            return 1;
        }
    }
    return 0;
}

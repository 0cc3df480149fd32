// A SIZE x SIZE multiply-accumulate engine: each of STEPS steps takes SIZE activations and SIZE * SIZE weights, and
// accumulator (row, column) adds activation[row] * weight[row][column]. The sums of each row leave as one word.
#pragma once
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_vector.h"

static const int STEPS = 64;

template <int SIZE>
void mac_array(hls::stream<hls::vector<short, SIZE> >& activations,
               hls::stream<hls::vector<short, SIZE * SIZE> >& weights,
               hls::stream<hls::vector<int, SIZE> >& sums) {
    int total[SIZE][SIZE];
#pragma HLS ARRAY_PARTITION variable=total complete dim=0
steps:
    for (int step = 0; step < STEPS; step++) {
#pragma HLS PIPELINE II=1
        const hls::vector<short, SIZE> activation = activations.read();
        const hls::vector<short, SIZE * SIZE> weight = weights.read();
        for (int row = 0; row < SIZE; row++)
            for (int column = 0; column < SIZE; column++) {
                const int product = activation[row] * weight[row * SIZE + column];
                total[row][column] = (step == 0 ? 0 : total[row][column]) + product;
            }
    }
rows:
    for (int row = 0; row < SIZE; row++) {
#pragma HLS PIPELINE II=1
        hls::vector<int, SIZE> line;
        for (int column = 0; column < SIZE; column++) line[column] = total[row][column];
        sums.write(line);
    }
}

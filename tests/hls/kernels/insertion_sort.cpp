// Insertion sort as a row of cells: each new key pushes the smaller ones on, all cells at once.
#include "ap_int.h"
#include "hls_stream.h"

const int CELLS = 12;

void insertion_sort(hls::stream<ap_int<9> >& in, hls::stream<ap_int<9> >& out) {
    ap_int<9> cell[CELLS];
#pragma HLS ARRAY_PARTITION variable=cell complete
    for (int c = 0; c < CELLS; c++) {
#pragma HLS UNROLL
        cell[c] = -256;
    }
    for (int n = 0; n < CELLS; n++) {
#pragma HLS PIPELINE II=1
        ap_int<9> carry = in.read();
        for (int c = 0; c < CELLS; c++) {
            if (carry > cell[c]) {
                ap_int<9> t = cell[c];
                cell[c] = carry;
                carry = t;
            }
        }
    }
    for (int c = 0; c < CELLS; c++) {
#pragma HLS PIPELINE II=1
        out.write(cell[0]);
        for (int k = 0; k < CELLS - 1; k++) cell[k] = cell[k + 1];
    }
}

// Block floating point: the first stage fills a buffer and finds how far its greatest word can be shifted; the second
// shifts. The shift goes by value, the sum of the block by reference, an array of squares through a FIFO.
#include "ap_int.h"
#include "hls_stream.h"

static const int N = 16;

static void measure(hls::stream<short>& in, short block[N], ap_uint<4>& shift, int& sum, unsigned squares[N]) {
    ap_uint<16> bits = 0;
    int total = 0;
    for (int i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
        short x = in.read();
        block[i] = x;
        squares[i] = int(x) * x;
        bits |= ap_uint<16>(x < 0 ? ~x : x);
        total += x;
    }
    shift = bits == 0 ? 15 : bits.countLeadingZeros() - 1;
    sum = total;
}

static void scale(const short block[N], ap_uint<4> shift, const int& sum, const unsigned squares[N],
                  hls::stream<int>& out) {
    unsigned energy = 0;
    for (int i = 0; i < N + 2; i++) {
#pragma HLS PIPELINE II=1
        int word = sum;
        if (i < N) {
            word = block[i] << shift;
            energy += squares[i] >> 4;
        } else if (i > N) {
            word = energy;
        }
        out.write(word);
    }
}

void block_scaling(hls::stream<short>& in, hls::stream<int>& out) {
#pragma HLS DATAFLOW
    short block[N];
    ap_uint<4> shift;
    int sum;
    unsigned squares[N];
#pragma HLS STREAM variable=squares depth=16
    measure(in, block, shift, sum, squares);
    scale(block, shift, sum, squares, out);
}

#include "ap_int.h"
#include "hls_stream.h"

typedef ap_uint<8> Byte;

// The do loop ends after one iteration, as does that of N = 1: its PIPELINE is none of the loop around it, which cannot
// be pipelined, for it waits inside. Nor is that of the loop that breaks at once the function's.
template <int N> static void folded(Byte& sum, hls::stream<Byte>& in0) {
    for (int i = 0; i < N; i++) {
        Byte taken = 0;
#pragma HLS PIPELINE II=2
        for (int j = 0; j < 3; j++) taken += in0.read();
        sum = 3 * sum + taken;
    }
}

void pipeline_of_a_loop_that_is_gone(hls::stream<bool>& go, hls::stream<Byte>& in0, hls::stream<Byte>& out0) {
    go.read();
    Byte first = in0.read(), sum = 0;
    for (int k = 0; k < (first & 3); k++) {
        int n = 0;
        do {
#pragma HLS PIPELINE II=1
            sum += first;
            n++;
        } while (first - first != 0 && n < 6);
        folded<1>(sum, in0);
        Byte word;
        while (!in0.read_nb(word)) {}
        sum ^= word;
    }
    for (int i = 0; i < 2; i++) {
#pragma HLS PIPELINE
        if (bool(61)) break;
        for (int j = 0; j < 4; j++) sum += in0.read();
    }
    folded<2>(sum, in0);
    out0.write(sum);
}

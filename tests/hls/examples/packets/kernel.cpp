// AXI4-Stream words with side channels: one packet a call, up to its last word; its length goes behind it.
#include "kernel.h"

int packets(hls::stream<word_t> &in, hls::stream<word_t> &out) {
#pragma HLS INTERFACE mode = axis port = in
#pragma HLS INTERFACE mode = axis port = out
    int length = 0;
    word_t word;
    do {
#pragma HLS PIPELINE II = 1
        word = in.read();
        const bool last = word.last;
        word.last = 0;
        word.data = ~word.data;
        out.write(word);
        word.last = last;
        length++;
    } while (!word.last);
    word.data = length;
    word.keep = 1;
    out.write(word);
    return length;
}

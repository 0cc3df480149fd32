// Drops words equal to the one before; 0 ends a block and is always passed.
#include "ap_int.h"
#include "hls_stream.h"

void deduplicate(hls::stream<unsigned short>& in, hls::stream<unsigned short>& out) {
    unsigned short previous = 0, word;
    do {
#pragma HLS PIPELINE II=1
        word = in.read();
        if (word != previous || word == 0) out.write(word);
        previous = word;
    } while (word != 0);
}

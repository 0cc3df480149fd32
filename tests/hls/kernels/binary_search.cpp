// Binary search in a sorted ROM: index of the key, or -1.
#include "ap_int.h"
#include "hls_stream.h"

static const unsigned short TABLE[20] = {3,   8,   15,  22,  41,  57,  60,   77,   101,  150,
                                         180, 212, 290, 333, 512, 700, 1024, 2000, 4095, 9999};

void binary_search(hls::stream<unsigned short>& key_in, hls::stream<signed char>& out) {
    const unsigned short key = key_in.read();
    int low = 0, high = 19;
    signed char found = -1;
    while (low <= high) {
#pragma HLS PIPELINE II=1
        const int middle = (low + high) / 2;
        if (TABLE[middle] == key) {
            found = middle;
            break;
        }
        if (TABLE[middle] < key) {
            low = middle + 1;
        } else {
            high = middle - 1;
        }
    }
    out.write(found);
}

// Concatenation of a slice's output channels to those of the slices below.
//
//   for each row (one activation)
//     for word < LOW_WORDS + HIGH_WORDS           one cycle each
#pragma once

#include "arithmetic.h"

template <typename C>
void concat(hls::stream<typename C::Word>& low, hls::stream<typename C::Word>& high,
            hls::stream<typename C::Word>& out) {
    for (int word = 0; word < C::LOW_WORDS + C::HIGH_WORDS; ++word) {
#pragma HLS PIPELINE II=1
        typename C::Word value;
        if (word < C::LOW_WORDS) {
            value = low.read();
        } else {
            value = high.read();
        }
        out.write(value);
    }
}

// Split of a row's words into those of the slices below and this slice's own.
//
//   for each row (one activation)
//     for word < LOW_WORDS + HIGH_WORDS           one cycle each
#pragma once

#include "arithmetic.h"

template <typename C>
void split(hls::stream<typename C::Word>& in, hls::stream<typename C::Word>& low,
           hls::stream<typename C::Word>& high) {
    for (int word = 0; word < C::LOW_WORDS + C::HIGH_WORDS; ++word) {
#pragma HLS PIPELINE II=1
        const typename C::Word value = in.read();
        if (word < C::LOW_WORDS) {
            low.write(value);
        } else {
            high.write(value);
        }
    }
}

// Duplicate: both outputs get every word. One cycle a word.
#pragma once

#include "arithmetic.h"

template <typename C>
void duplicate(hls::stream<typename C::Word>& in, hls::stream<typename C::Word>& a, hls::stream<typename C::Word>& b) {
#pragma HLS PIPELINE II=1
    const typename C::Word word = in.read();
    a.write(word);
    b.write(word);
}

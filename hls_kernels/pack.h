// Cuts words into the flit payloads of a link, low bits first.
//
//   for each word (one activation)
//     for flit < FLITS                            one cycle each
#pragma once

#include "word_bits.h"

template <typename C>
void pack(hls::stream<typename C::Word>& in, hls::stream<ap_uint<C::PAYLOAD>>& out) {
    using Bits = WordBits<typename C::Word>;
    static_assert(C::BITS == Bits::WIDTH * Bits::ELEMENTS && C::FLITS == ceil_divide(C::BITS, C::PAYLOAD), "flits");
    ap_uint<C::PAYLOAD> flits[C::FLITS];
#pragma HLS ARRAY_PARTITION variable=flits dim=1 complete
    for (int flit = 0; flit < C::FLITS; ++flit) {
#pragma HLS PIPELINE II=1
        if (flit == 0) {
            const typename C::Word word = in.read();
            for (int place = 0; place < C::FLITS; ++place) {
#pragma HLS UNROLL
                flits[place] = 0;
                for (int element = 0; element < Bits::ELEMENTS; ++element) {
#pragma HLS UNROLL
                    const int first = shared_first(element, Bits::WIDTH, place, C::PAYLOAD);
                    const int last = shared_last(element, Bits::WIDTH, place, C::PAYLOAD);
                    if (last >= first) {
                        const ap_uint<Bits::WIDTH> bits = Bits::get(word, element);
                        flits[place].range(last - place * C::PAYLOAD, first - place * C::PAYLOAD) =
                            bits.range(last - element * Bits::WIDTH, first - element * Bits::WIDTH);
                    }
                }
            }
        }
        out.write(flits[0]);
        for (int place = 0; place < C::FLITS - 1; ++place) {
#pragma HLS UNROLL
            flits[place] = flits[place + 1];
        }
    }
}

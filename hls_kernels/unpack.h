// Joins the flit payloads of a link into words, low bits first, and reports each flit that it took.
//
//   for each word (one activation)
//     for flit < FLITS                            one cycle each
#pragma once

#include "word_bits.h"

template <typename C>
void unpack(hls::stream<ap_uint<C::PAYLOAD>>& in, hls::stream<ap_uint<1>>& freed, hls::stream<typename C::Word>& out) {
    using Bits = WordBits<typename C::Word>;
    static_assert(C::BITS == Bits::WIDTH * Bits::ELEMENTS && C::FLITS == ceil_divide(C::BITS, C::PAYLOAD), "flits");
    ap_uint<C::PAYLOAD> flits[C::FLITS];
#pragma HLS ARRAY_PARTITION variable=flits dim=1 complete
    for (int flit = 0; flit < C::FLITS; ++flit) {
#pragma HLS PIPELINE II=1
        for (int place = 0; place < C::FLITS - 1; ++place) {
#pragma HLS UNROLL
            flits[place] = flits[place + 1];
        }
        flits[C::FLITS - 1] = in.read();
        freed.write(1);
        if (flit == C::FLITS - 1) {
            typename C::Word word;
            for (int element = 0; element < Bits::ELEMENTS; ++element) {
#pragma HLS UNROLL
                ap_uint<Bits::WIDTH> bits = 0;
                for (int place = 0; place < C::FLITS; ++place) {
#pragma HLS UNROLL
                    const int first = shared_first(element, Bits::WIDTH, place, C::PAYLOAD);
                    const int last = shared_last(element, Bits::WIDTH, place, C::PAYLOAD);
                    if (last >= first) {
                        bits.range(last - element * Bits::WIDTH, first - element * Bits::WIDTH) =
                            flits[place].range(last - place * C::PAYLOAD, first - place * C::PAYLOAD);
                    }
                }
                Bits::set(word, element, bits);
            }
            out.write(word);
        }
    }
}

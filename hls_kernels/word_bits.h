// How the bits of a word lie on a link: ELEMENTS elements of WIDTH bits, element 0 lowest, nothing between.
#pragma once

#include "arithmetic.h"

template <typename T>
struct WordBits;

template <int W>
struct WordBits<ap_uint<W>> {
    static constexpr int WIDTH = W;
    static constexpr int ELEMENTS = 1;
    static ap_uint<W> get(const ap_uint<W>& word, int) { return word; }
    static void set(ap_uint<W>& word, int, const ap_uint<W>& bits) { word = bits; }
};

template <int W>
struct WordBits<ap_int<W>> {
    static constexpr int WIDTH = W;
    static constexpr int ELEMENTS = 1;
    static ap_uint<W> get(const ap_int<W>& word, int) { return word; }
    static void set(ap_int<W>& word, int, const ap_uint<W>& bits) { word = bits; }
};

template <int W, decltype(sizeof(0)) N>
struct WordBits<hls::vector<ap_int<W>, N>> {
    static constexpr int WIDTH = W;
    static constexpr int ELEMENTS = N;
    static ap_uint<W> get(const hls::vector<ap_int<W>, N>& word, int element) { return word[element]; }
    static void set(hls::vector<ap_int<W>, N>& word, int element, const ap_uint<W>& bits) { word[element] = bits; }
};

template <int W, decltype(sizeof(0)) N>
struct WordBits<hls::vector<ap_uint<W>, N>> {
    static constexpr int WIDTH = W;
    static constexpr int ELEMENTS = N;
    static ap_uint<W> get(const hls::vector<ap_uint<W>, N>& word, int element) { return word[element]; }
    static void set(hls::vector<ap_uint<W>, N>& word, int element, const ap_uint<W>& bits) { word[element] = bits; }
};

// The bits that element `element` and flit `flit` share: [first, last] counted in the whole word; none if last < first.
constexpr int shared_first(int element, int width, int flit, int payload) {
    return maximum_of(element * width, flit * payload);
}
constexpr int shared_last(int element, int width, int flit, int payload) {
    return minimum_of((element + 1) * width, (flit + 1) * payload) - 1;
}

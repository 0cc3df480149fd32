// Word files of native simulation: each word of a stream takes ceil(bits / 32) little-endian uint32, lowest bits first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <ap_int.h>

#include "hls_stream.h"
#include "hls_vector.h"

namespace fpdeep {

// How a word's bits are laid out: `elements` elements of `width` bits.
template <typename T>
struct WordLayout;

template <int W>
struct WordLayout<ap_uint<W>> {
    static constexpr int width = W;
    static constexpr int elements = 1;
    static ap_uint<W> get(const ap_uint<W>& word, int) { return word; }
    static void set(ap_uint<W>& word, int, const ap_uint<W>& bits) { word = bits; }
};

template <int W>
struct WordLayout<ap_int<W>> {
    static constexpr int width = W;
    static constexpr int elements = 1;
    static ap_uint<W> get(const ap_int<W>& word, int) { return ap_uint<W>(word); }
    static void set(ap_int<W>& word, int, const ap_uint<W>& bits) { word = ap_int<W>(bits); }
};

template <typename T, int W>
struct NativeLayout {
    static constexpr int width = W;
    static constexpr int elements = 1;
    static ap_uint<W> get(const T& word, int) { return ap_uint<W>(word); }
    static void set(T& word, int, const ap_uint<W>& bits) { word = T(bits.to_uint64()); }
};

// clang-format off
template <> struct WordLayout<bool> : NativeLayout<bool, 1> {};
template <> struct WordLayout<char> : NativeLayout<char, 8> {};
template <> struct WordLayout<signed char> : NativeLayout<signed char, 8> {};
template <> struct WordLayout<unsigned char> : NativeLayout<unsigned char, 8> {};
template <> struct WordLayout<short> : NativeLayout<short, 16> {};
template <> struct WordLayout<unsigned short> : NativeLayout<unsigned short, 16> {};
template <> struct WordLayout<int> : NativeLayout<int, 32> {};
template <> struct WordLayout<unsigned> : NativeLayout<unsigned, 32> {};
template <> struct WordLayout<long> : NativeLayout<long, 64> {};
template <> struct WordLayout<unsigned long> : NativeLayout<unsigned long, 64> {};
template <> struct WordLayout<long long> : NativeLayout<long long, 64> {};
template <> struct WordLayout<unsigned long long> : NativeLayout<unsigned long long, 64> {};
// clang-format on

template <typename T, std::size_t N>
struct WordLayout<hls::vector<T, N>> {
    static constexpr int width = WordLayout<T>::width;
    static constexpr int elements = int(N);
    static ap_uint<width> get(const hls::vector<T, N>& word, int element) { return ap_uint<width>(word[element]); }
    static void set(hls::vector<T, N>& word, int element, const ap_uint<width>& bits) { word[element] = T(bits); }
};

template <typename T>
constexpr int word_cells = (WordLayout<T>::width * WordLayout<T>::elements + 31) / 32;

template <typename T>
T word_from_cells(const std::uint32_t* cells) {
    using Layout = WordLayout<T>;
    T word{};
    for (int element = 0, bit = 0; element < Layout::elements; ++element) {
        ap_uint<Layout::width> bits = 0;
        for (int i = 0; i < Layout::width; ++i, ++bit) {
            bits[i] = (cells[bit / 32] >> (bit % 32)) & 1;
        }
        Layout::set(word, element, bits);
    }
    return word;
}

template <typename T>
void word_to_cells(const T& word, std::uint32_t* cells) {
    using Layout = WordLayout<T>;
    for (int i = 0; i < word_cells<T>; ++i) {
        cells[i] = 0;
    }
    for (int element = 0, bit = 0; element < Layout::elements; ++element) {
        const ap_uint<Layout::width> bits = Layout::get(word, element);
        for (int i = 0; i < Layout::width; ++i, ++bit) {
            cells[bit / 32] |= std::uint32_t(bits[i] ? 1 : 0) << (bit % 32);
        }
    }
}

[[noreturn]] inline void file_fault(const std::string& path, const char* what) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), what);
    std::exit(4);
}

// Writes every word of the file to the stream; returns how many there were.
template <typename T, typename Stream>
std::size_t read_words(const std::string& path, Stream& stream) {
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) {
        file_fault(path, "cannot be opened");
    }
    std::vector<std::uint32_t> cells(word_cells<T>);
    std::size_t words = 0;
    std::size_t got = 0;
    while ((got = std::fread(cells.data(), 4, cells.size(), file)) == cells.size()) {
        stream.write(word_from_cells<T>(cells.data()));
        ++words;
    }
    std::fclose(file);
    if (got != 0) {
        file_fault(path, "ends within a word");
    }
    return words;
}

// Takes `words` words from the stream into the file.
template <typename T, typename Stream>
void write_words(const std::string& path, Stream& stream, std::size_t words) {
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) {
        file_fault(path, "cannot be written");
    }
    std::vector<std::uint32_t> cells(word_cells<T>);
    for (std::size_t i = 0; i < words; ++i) {
        word_to_cells<T>(stream.read(), cells.data());
        std::fwrite(cells.data(), 4, cells.size(), file);
    }
    std::fclose(file);
}

}  // namespace fpdeep

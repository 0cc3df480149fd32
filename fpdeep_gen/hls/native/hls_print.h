// hls::print: printf of a text and at most one number.
#pragma once
#include <cstdio>
namespace hls {
inline void print(const char* text) { std::fputs(text, stdout); }
template <typename T>
void print(const char* format, T value) {
    std::printf(format, value);
}
}  // namespace hls

// hls::print, which prints a text with one number in native runs and does nothing in synthesis.
#pragma once
#include "stdio.h"
namespace hls {
template <typename... A> constexpr void print(const char *, const A &...) {}
}  // namespace hls

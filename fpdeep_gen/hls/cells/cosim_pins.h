// Words of 32-bit cells to and from the pins of a Verilator model.
#pragma once

#include "Vtop.h"
#include "Vtop___024root.h"
#include "cosim_driver.h"

template <typename T>
static void put(T &pin, const uint32_t *words, int count) {
  pin = static_cast<T>(count > 1 ? words[0] | uint64_t(words[1]) << 32 : words[0]);
}
template <std::size_t N>
static void put(VlWide<N> &pin, const uint32_t *words, int) {
  for (std::size_t i = 0; i < N; i++) pin[i] = words[i];
}
template <typename T>
static void get(const T &pin, uint32_t *words, int count) {
  words[0] = uint32_t(pin);
  if (count > 1) words[1] = uint32_t(uint64_t(pin) >> 32);
}
template <std::size_t N>
static void get(const VlWide<N> &pin, uint32_t *words, int) {
  for (std::size_t i = 0; i < N; i++) words[i] = pin[i];
}

// Some bits of a word, from `at` on, to and from one pin.
template <int WIDTH, typename T>
static void put_bits(T &pin, const uint32_t *words, int at) {
  uint32_t part[(WIDTH + 31) / 32] = {};
  for (int i = 0; i < WIDTH; i++) part[i / 32] |= (words[(at + i) / 32] >> (at + i) % 32 & 1) << i % 32;
  put(pin, part, (WIDTH + 31) / 32);
}
template <int WIDTH, typename T>
static void get_bits(const T &pin, uint32_t *words, int at) {
  uint32_t part[(WIDTH + 31) / 32];
  get(pin, part, (WIDTH + 31) / 32);
  for (int i = 0; i < WIDTH; i++) words[(at + i) / 32] |= (part[i / 32] >> i % 32 & 1) << (at + i) % 32;
}

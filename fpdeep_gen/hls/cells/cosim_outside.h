// What lies around a top in co-simulation: words of streams, values and memory images from files and to files, and the
// memory behind an AXI4 master.
#pragma once
#include "cosim_driver.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace cosim {

static uint64_t random_state;
static bool chance(double probability) {
  random_state ^= random_state << 13, random_state ^= random_state >> 7, random_state ^= random_state << 17;
  return (random_state >> 11) * 0x1.0p-53 < probability;
}

static std::vector<uint32_t> read_file(const std::string &path) {
  std::vector<uint32_t> cells;
  FILE *file = fopen(path.c_str(), "rb");
  uint32_t cell;
  while (file && fread(&cell, 4, 1, file) == 1) cells.push_back(cell);
  if (file) fclose(file);
  return cells;
}
static void write_file(const std::string &path, const std::vector<uint32_t> &cells) {
  FILE *file = fopen(path.c_str(), "wb");
  fwrite(cells.data(), 4, cells.size(), file);
  fclose(file);
}

struct Stream {
  const StreamPins &pins;
  std::vector<uint32_t> words;
  size_t next = 0;      // words moved
  size_t expected = 0;  // of an output
  bool steady = false;
  bool offered = false, asked = false;  // asked: the word is on its way to a register
  uint32_t written = 0;
};

struct Values {
  const ValueShape &shape;
  std::vector<uint32_t> given, made, now;
  void load(size_t call) {
    const size_t step = shape.depth * shape.cells;
    for (size_t i = 0; i < step; i++) now[i] = (call + 1) * step <= given.size() ? given[call * step + i] : 0;
  }
  uint32_t *at(size_t address) {
    static std::vector<uint32_t> nowhere(64);
    return address < shape.depth ? &now[address * shape.cells] : nowhere.data();
  }
  void keep() { made.insert(made.end(), now.begin(), now.end()); }
};

// A port of a memory in one cycle.
struct MemoryPort {
  const MemoryPins &pins;
  Values &values;
  std::vector<uint32_t> word;
  uint32_t *target = nullptr;
  bool enabled = false;
  void look() {
    enabled = pins.enabled();
    if (!enabled) return;
    target = values.at(pins.address());
    if (pins.get) pins.get(word.data());
    if (pins.put) std::copy_n(target, word.size(), word.data());
  }
  void act() {
    if (!enabled) return;
    if (pins.put) pins.put(word.data());
    if (pins.get) std::copy_n(word.data(), word.size(), target);
  }
};

// The memory behind an AXI4 master: answers in order after some cycles, and checks what the master may ask.
struct Axi {
  struct Array {
    const ArrayPlace &place;
    Values *values;
    uint64_t base;
    size_t read_bursts = 0, write_bursts = 0, read_beats = 0, write_beats = 0;
    // The byte at an address, if it is in this array (and no padding that an element has no cells for).
    char *byte(uint64_t address) const {
      if (address < base || address - base >= values->shape.depth * place.bytes) return nullptr;
      const uint64_t index = (address - base) / place.bytes, at = (address - base) % place.bytes;
      const unsigned cells = values->shape.cells;
      return at < 4u * cells ? reinterpret_cast<char *>(&values->now[index * cells]) + at : nullptr;
    }
  };
  struct Burst {
    uint64_t address;
    uint32_t beats, wait;
    Array *array;
  };
  const AxiPins &pins;
  std::deque<Array> arrays = {};
  std::deque<Burst> reads = {}, writes = {};
  std::deque<uint32_t> answers = {};  // cycles until each response to a write
  static std::vector<Array *> overlapping;  // arrays with bytes in common, of all masters
  bool ar = false, aw = false, w = false, r = false, b = false;

  void fault(const char *what, uint64_t address) const {
    fprintf(stderr, "m_axi %s: %s at %llx\n", pins.name, what, (unsigned long long)address);
    exit(1);
  }
  Burst accept(uint64_t address, uint32_t length, uint32_t size) {
    const uint32_t beats = length + 1, step = 1u << size;
    if (address / 4096 != (address + uint64_t(beats) * step - 1) / 4096) fault("a burst crosses 4 KiB", address);
    if (address % step) fault("an address is not aligned", address);
    bool found = false;  // arrays may overlap
    for (Array &one : arrays) {
      if (address < one.base || address >= one.base + one.values->shape.depth * one.place.bytes) continue;
      found = true;
      if (step != one.place.bytes) continue;
      if (beats > one.place.burst) fault("a burst is too long", address);
      return {address, beats, 8 + uint32_t(random_state >> 40) % 8, &one};
    }
    fault(found ? "beats have the wrong size" : "an address outside of the array", address);
    return {};
  }
  uint32_t *element(const Burst &burst) const {
    const uint64_t index = (burst.address - burst.array->base) / burst.array->place.bytes;
    if (index >= burst.array->values->shape.depth) fault("an address outside of the array", burst.address);
    return &burst.array->values->now[index * burst.array->values->shape.cells];
  }
  void give(uint32_t *bus) const {
    const Burst &burst = reads.front();
    const size_t stored = std::min<size_t>(burst.array->place.bytes, 4 * burst.array->values->shape.cells);
    memcpy(reinterpret_cast<char *>(bus) + burst.address % pins.bytes, element(burst), stored);
  }
  void take(const uint32_t *bus, const uint32_t *enabled) const {
    const Burst &burst = writes.front();
    const uint32_t lane = burst.address % pins.bytes, own = burst.array->place.bytes;
    const size_t stored = 4 * burst.array->values->shape.cells;
    char *const target = reinterpret_cast<char *>(element(burst));
    for (uint32_t i = 0; i < pins.bytes; i++) {
      if (!(enabled[i / 32] >> i % 32 & 1)) continue;
      if (i < lane || i >= lane + own) fault("a strobe outside of the beat", burst.address);
      if (i - lane < stored) target[i - lane] = char(bus[i / 4] >> 8 * (i % 4));
      for (const Array *one : overlapping)
        if (char *const same = one->byte(burst.address + i - lane)) *same = char(bus[i / 4] >> 8 * (i % 4));
    }
  }
  void drive(double pause) {
    for (auto &one : reads) one.wait -= one.wait > 0;
    for (auto &one : answers) one -= one > 0;
    ar = reads.size() < 8 && !chance(pause), aw = writes.size() < 8 && !chance(pause);
    w = !writes.empty() && !chance(pause);
    if (!r) r = !reads.empty() && !reads.front().wait && !chance(pause);
    if (!b) b = !answers.empty() && !answers.front();
    uint32_t beat[32] = {};
    if (r) give(beat);
    pins.drive({ar, aw, w, r, b, r && reads.front().beats == 1, r ? beat : nullptr});
  }
  // Whether something moves.
  bool sample() {
    AxiQuestions asked;
    pins.see(asked);
    bool moved = false;
    if (ar && asked.arvalid) {
      reads.push_back(accept(asked.araddr, asked.arlen, asked.arsize));
      reads.back().array->read_bursts++, moved = true;
    }
    if (r && asked.rready) {
      Burst &burst = reads.front();
      burst.address += burst.array->place.bytes, burst.array->read_beats++, moved = true, r = false;
      if (!--burst.beats) reads.pop_front();
    }
    if (w && asked.wvalid) {
      take(asked.wdata, asked.wstrb);
      Burst &burst = writes.front();
      burst.address += burst.array->place.bytes, burst.array->write_beats++, moved = true;
      const bool last = !--burst.beats;
      if (last != asked.wlast) fault("WLAST is wrong", burst.address);
      if (last) writes.pop_front(), answers.push_back(6);
    }
    if (aw && asked.awvalid) {
      writes.push_back(accept(asked.awaddr, asked.awlen, asked.awsize));
      writes.back().array->write_bursts++, moved = true;
    }
    if (b && asked.bready) answers.pop_front(), b = false;
    return moved;
  }
};
std::vector<Axi::Array *> Axi::overlapping;

}  // namespace cosim

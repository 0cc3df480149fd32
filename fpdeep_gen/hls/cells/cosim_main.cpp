// Drives one compiled top: words from files, random stalls, words to files. The ports are filled in by driver.py.
//
// A top with a block-level protocol is called as often as the argument --calls says, each time with the next scalar
// inputs and memory images; results and images are kept when it is done.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "Vtop.h"
#include "Vtop___024root.h"
#include "verilated.h"

/*RENAMED*/
static uint64_t random_state;
static bool chance(double probability) {
  random_state ^= random_state << 13, random_state ^= random_state >> 7, random_state ^= random_state << 17;
  return (random_state >> 11) * 0x1.0p-53 < probability;
}

template <typename T> static void put(T &port, const uint32_t *words, int count) {
  port = static_cast<T>(count > 1 ? words[0] | uint64_t(words[1]) << 32 : words[0]);
}
template <std::size_t N> static void put(VlWide<N> &port, const uint32_t *words, int) {
  for (std::size_t i = 0; i < N; i++) port[i] = words[i];
}
template <typename T> static void get(const T &port, std::vector<uint32_t> &words, int count) {
  words.push_back(uint32_t(port));
  if (count > 1) words.push_back(uint32_t(uint64_t(port) >> 32));
}
template <std::size_t N> static void get(const VlWide<N> &port, std::vector<uint32_t> &words, int) {
  for (std::size_t i = 0; i < N; i++) words.push_back(port[i]);
}

// Some bits of a word, from `at` on, to and from one pin.
template <typename T> static void put_bits(T &pin, const uint32_t *words, int at, int width) {
  std::vector<uint32_t> part((width + 31) / 32);
  for (int i = 0; i < width; i++) part[i / 32] |= (words[(at + i) / 32] >> (at + i) % 32 & 1) << i % 32;
  put(pin, part.data(), int(part.size()));
}
template <typename T> static void get_bits(const T &pin, uint32_t *words, int at, int width) {
  std::vector<uint32_t> part;
  get(pin, part, (width + 31) / 32);
  for (int i = 0; i < width; i++) words[(at + i) / 32] |= (part[i / 32] >> i % 32 & 1) << (at + i) % 32;
}
// Of an output that nobody has to take.
static struct {
  void operator=(bool) {}
  operator bool() const { return true; }
} always;
/*WORDS*/

struct Stream {
  std::string name;
  int size = 1;
  std::vector<uint32_t> words;
  size_t next = 0;      // words moved
  size_t expected = 0;  // of an output
  bool steady = false;
  bool offered = false, asked = false;  // asked: the word is on its way to a register
  uint32_t written = 0;
};

// Values of a scalar, or images of a memory: `size` cells a word, `depth` words a call; one image for all calls where
// it is `lasting`, used by tasks.
struct Values {
  int size = 1;
  size_t depth = 1;
  bool lasting = false;
  std::vector<uint32_t> given, made, now;
  void load(size_t call) {
    if (lasting) return;
    const size_t step = depth * size;
    for (size_t i = 0; i < step; i++) now[i] = (call + 1) * step <= given.size() ? given[call * step + i] : 0;
  }
  uint32_t *at(size_t address) {
    static std::vector<uint32_t> nowhere(64);
    return address < depth ? &now[address * size] : nowhere.data();
  }
  void keep() { made.insert(made.end(), now.begin(), now.end()); }
};

// The memory behind an AXI4 master: answers in order after some cycles, and checks what the master may ask.
struct Axi {
  struct Array {
    const char *name;
    Values *values;
    uint32_t bytes;  // of a beat
    uint64_t base;
    uint32_t burst;
    size_t read_bursts = 0, write_bursts = 0, read_beats = 0, write_beats = 0;
    // The byte at an address, if it is in this array (and no padding that an element has no cells for).
    char *byte(uint64_t address) const {
      if (address < base || address - base >= values->depth * bytes) return nullptr;
      const uint64_t index = (address - base) / bytes, at = (address - base) % bytes;
      return at < 4u * values->size ? reinterpret_cast<char *>(&values->now[index * values->size]) + at : nullptr;
    }
  };
  struct Burst {
    uint64_t address;
    uint32_t beats, wait;
    Array *array;
  };
  const char *name = "";
  uint32_t bytes = 4;  // of the bus
  std::deque<Array> arrays;
  std::deque<Burst> reads, writes;
  std::deque<uint32_t> answers;  // cycles until each response to a write
  static std::vector<Array *> overlapping;  // arrays with bytes in common, of all masters
  bool ar = false, aw = false, w = false, r = false, b = false;

  void fault(const char *what, uint64_t address) const {
    fprintf(stderr, "m_axi %s: %s at %llx\n", name, what, (unsigned long long)address);
    exit(1);
  }
  Burst accept(uint64_t address, uint32_t length, uint32_t size) {
    const uint32_t beats = length + 1, step = 1u << size;
    if (address / 4096 != (address + uint64_t(beats) * step - 1) / 4096) fault("a burst crosses 4 KiB", address);
    if (address % step) fault("an address is not aligned", address);
    bool found = false;  // arrays may overlap
    for (Array &one : arrays) {
      if (address < one.base || address >= one.base + one.values->depth * one.bytes) continue;
      found = true;
      if (step != one.bytes) continue;
      if (beats > one.burst) fault("a burst is too long", address);
      return {address, beats, 8 + uint32_t(random_state >> 40) % 8, &one};
    }
    fault(found ? "beats have the wrong size" : "an address outside of the array", address);
    return {};
  }
  uint32_t *element(const Burst &burst) const {
    const uint64_t index = (burst.address - burst.array->base) / burst.array->bytes;
    if (index >= burst.array->values->depth) fault("an address outside of the array", burst.address);
    return &burst.array->values->now[index * burst.array->values->size];
  }
  void give(uint32_t *bus) const {
    const Burst &burst = reads.front();
    const size_t stored = std::min<size_t>(burst.array->bytes, 4 * burst.array->values->size);
    memcpy(reinterpret_cast<char *>(bus) + burst.address % bytes, element(burst), stored);
  }
  void take(const std::vector<uint32_t> &bus, const std::vector<uint32_t> &enabled) const {
    const Burst &burst = writes.front();
    const uint32_t lane = burst.address % bytes, own = burst.array->bytes;
    const size_t stored = 4 * burst.array->values->size;
    char *const target = reinterpret_cast<char *>(element(burst));
    for (uint32_t i = 0; i < bytes; i++) {
      if (!(enabled[i / 32] >> i % 32 & 1)) continue;
      if (i < lane || i >= lane + own) fault("a strobe outside of the beat", burst.address);
      if (i - lane < stored) target[i - lane] = char(bus[i / 4] >> 8 * (i % 4));
      for (const Array *one : overlapping)
        if (char *const same = one->byte(burst.address + i - lane)) *same = char(bus[i / 4] >> 8 * (i % 4));
    }
  }
};
std::vector<Axi::Array *> Axi::overlapping;

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

enum class Block { free, pins, lite };

// Of a call with registers but pins for its start: input registers are written before it, output registers read after.
enum class Phase { rest, writing, written, running, reading };

// A master of the AXI4-Lite slave: one transfer after the other.
struct Transfer {
  bool write;
  uint32_t address, data;
  uint32_t *target;
};

// CONTROL: a pin of the block-level protocol, or under ap_ctrl_none the signal inside the top that stands for it.
/*BLOCK*/
#if defined(HAS_LITE) || defined(HAS_REGISTERS)
#define HAS_BUS
#endif
int main(int argc, char **argv) {
  if (argc < 6) return 2;
  const std::string folder = argv[1];
  random_state = strtoull(argv[2], nullptr, 10) * 0x9E3779B97F4A7C15ull + 1;
  const double stall = atof(argv[3]);
  const uint64_t timeout = strtoull(argv[4], nullptr, 10), drain = strtoull(argv[5], nullptr, 10);
  std::map<std::string, size_t> expected;
  std::set<std::string> steady;  // streams without pauses
  const size_t calls = BLOCK == Block::free ? 0 : strtoull(argv[6], nullptr, 10);
  for (int i = BLOCK == Block::free ? 6 : 7; i < argc; i++) {
    if (argv[i][0] == '!') steady.insert(argv[i] + 1);
    const char *mark = strchr(argv[i], '=');
    if (!mark) continue;
    expected[std::string(argv[i], mark - argv[i])] = strtoull(mark + 1, nullptr, 10);
  }
  auto *context = new VerilatedContext;
  auto *top = new Vtop{context};
  std::map<std::string, Stream> streams;
#define INPUT(port, count)                                                                     \
  {                                                                                            \
    Stream &s = streams[#port];                                                                \
    s.name = #port, s.size = count, s.steady = steady.find(#port) != steady.end();             \
    FILE *file = fopen((folder + "/" #port ".bin").c_str(), "rb");                             \
    uint32_t word;                                                                             \
    while (file && fread(&word, 4, 1, file) == 1) s.words.push_back(word);                     \
    if (file) fclose(file);                                                                    \
  }
#define OUTPUT(port, count)                                                                    \
  streams[#port].name = #port, streams[#port].size = count, streams[#port].expected = expected[#port], \
  streams[#port].steady = steady.find(#port) != steady.end();
  {
/*PORTS*/
  }
#undef INPUT
#undef OUTPUT
  std::map<std::string, Values> values;
#define VALUES(name, count, words)                                                             \
  {                                                                                            \
    Values &v = values[#name];                                                                 \
    v.size = count, v.depth = words, v.now.resize(size_t(count) * words);                      \
    v.given = read_file(folder + "/" #name ".bin");                                            \
  }
  {
/*VALUES*/
  }
#undef VALUES
#define LASTING(name) values[#name].load(0), values[#name].lasting = true;
/*LASTING*/
#undef LASTING
  std::map<std::string, Axi> axis;
#define AXI(prefix, unit)                                                                      \
  {                                                                                            \
    Axi &a = axis[#prefix];                                                                    \
    a.name = #prefix, a.bytes = unit;                                                          \
    top->prefix##_arready = 0, top->prefix##_awready = 0, top->prefix##_wready = 0;            \
    top->prefix##_rvalid = 0, top->prefix##_bvalid = 0;                                        \
  }
#define ARRAY(argument, prefix, unit, place, most)                                             \
  axis[#prefix].arrays.push_back({#argument, &values[#argument "_elements"], unit, place, most});
  {
/*MASTERS*/
/*ARRAYS*/
  }
#undef AXI
#undef ARRAY
  if (FILE *file = fopen((folder + "/overlapping.txt").c_str(), "r")) {
    char name[256];
    unsigned long long place;
    while (fscanf(file, "%255s %llu", name, &place) == 2)
      for (auto &entry : axis)
        for (Axi::Array &one : entry.second.arrays)
          if (!strcmp(one.name, name)) one.base = place, Axi::overlapping.push_back(&one);
    fclose(file);
  }
  auto clock = [&] {
    // What the memories see in this cycle; their outputs change behind the edge.
#define READ(memory, number, count)                                                            \
  static Values &memory##_r##number = values[#memory];                                         \
  static std::vector<uint32_t> memory##_q##number(count);                                      \
  const bool memory##_c##number = top->memory##_ce##number;                                    \
  if (memory##_c##number)                                                                      \
    for (int i = 0; i < count; i++)                                                            \
      memory##_q##number[i] = memory##_r##number.at(top->memory##_address##number)[i];
#define WRITE(memory, number, count)                                                           \
  static Values &memory##_w##number = values[#memory];                                         \
  static std::vector<uint32_t> memory##_d##number;                                             \
  uint32_t *memory##_t##number = nullptr;                                                      \
  if (top->memory##_ce##number && top->memory##_we##number) {                                  \
    memory##_d##number.clear();                                                                \
    get(top->memory##_d##number, memory##_d##number, count);                                   \
    memory##_t##number = memory##_w##number.at(top->memory##_address##number);                 \
  }
/*MEMORIES*/
#undef READ
#undef WRITE
    top->ap_clk = 1, top->eval();
    top->ap_clk = 0;
#define READ(memory, number, count)                                                            \
  if (memory##_c##number) put(top->memory##_q##number, memory##_q##number.data(), count);
#define WRITE(memory, number, count)                                                           \
  if (memory##_t##number)                                                                      \
    for (int i = 0; i < count; i++) memory##_t##number[i] = memory##_d##number[i];
/*MEMORIES*/
#undef READ
#undef WRITE
  };
  size_t started = 0, finished = 0;
  std::deque<Transfer> transfers;
  bool bus_waits = false;
  Phase phase = Phase::rest;
  (void)phase;
#ifdef HAS_LASTING
  bool begun = false;  // tasks run from the reset on, but find their arrays from the first start on
#else
  const bool begun = true;
#endif
  uint32_t control_word = 0, last_word = 0;
#ifdef HAS_LITE
  bool ended = false;
#endif
#ifdef HAS_RESTARTS
  const std::vector<uint32_t> runs = read_file(folder + "/ap_runs.bin");
#endif
  std::vector<uint64_t> start_cycles;
  std::vector<uint64_t> latencies;
  auto set_scalars = [&](bool valid) {
#define GIVEN(pin, count) put(top->pin, values[#pin].now.data(), count);
#define ALWAYS(pin, value) top->pin = value;
/*SCALARS*/
#undef GIVEN
#undef ALWAYS
  };
#define INPUT(port, count) VALID_##port = 0;
#define OUTPUT(port, count) READY_##port = 0;
  {
/*PORTS*/
  }
#undef INPUT
#undef OUTPUT
#ifdef HAS_CONTROL
  CONTROL(ap_start) = 0;
#endif
  top->ap_clk = 0, top->ap_rst_n = 0;
  for (int i = 0; i < 4; i++) top->eval(), clock();
  top->ap_rst_n = 1;

  uint64_t cycle = 0, done_at = 0, last_move = 0, last_taken = 0;
  while (true) {
    bool waiting = finished < calls, moved = false;
#ifdef HAS_LITE
    if (transfers.empty() && started == finished && started < calls) {
      for (auto &entry : values) entry.second.load(started);
      set_scalars(true);
#define REGISTER_IN(name, at, count)                                                           \
  for (uint32_t i = 0; i < count; i++) transfers.push_back({true, at + 4 * i, values[#name].now[i], nullptr});
#define REGISTER_OUT(name, at, count)
/*REGISTERS*/
#undef REGISTER_IN
#undef REGISTER_OUT
#ifdef HAS_RESTARTS
      const uint32_t count = runs[started];
      transfers.push_back({true, RUNS, count, nullptr});
      transfers.push_back({true, 0, count > 1 ? 0x81u : 1u, nullptr});
#else
      transfers.push_back({true, 0, 1, nullptr});
#endif
      transfers.push_back({false, 0, 0, &control_word});
      start_cycles.push_back(cycle), started++, moved = true;
    }
#endif
#ifdef HAS_REGISTERS
    if (phase == Phase::rest && started < calls) {
      for (auto &entry : values) entry.second.load(started);
#define REGISTER_IN(name, at, count)                                                           \
  for (uint32_t i = 0; i < count; i++) transfers.push_back({true, at + 4 * i, values[#name].now[i], nullptr});
#define REGISTER_OUT(name, at, count)
/*REGISTERS*/
#undef REGISTER_IN
#undef REGISTER_OUT
      phase = Phase::writing, moved = true;
    }
    if (phase == Phase::writing && transfers.empty()) phase = Phase::written, moved = true;
#endif
#ifdef HAS_BUS
    top->s_axi_control_awvalid = top->s_axi_control_wvalid = top->s_axi_control_arvalid = 0;
    top->s_axi_control_bready = top->s_axi_control_rready = 1;
    if (!transfers.empty() && !bus_waits) {
      const Transfer &one = transfers.front();
      (one.write ? top->s_axi_control_awaddr : top->s_axi_control_araddr) = one.address;
      top->s_axi_control_wdata = one.data, top->s_axi_control_wstrb = 15;
      top->s_axi_control_awvalid = top->s_axi_control_wvalid = one.write;
      top->s_axi_control_arvalid = !one.write;
    }
#endif
#ifdef HAS_CONTROL
#ifdef HAS_REGISTERS
    const bool may_start = phase == Phase::written;
#else
    const bool may_start = OVERLAP || started == finished;
#endif
    if (!CONTROL(ap_start) && started < calls && may_start && !chance(done_at ? 0.0 : stall)) {
      for (auto &entry : values) entry.second.load(started);
      set_scalars(true);
      CONTROL(ap_start) = 1;
      start_cycles.push_back(cycle);
      moved = true;
#ifdef HAS_REGISTERS
      phase = Phase::running;
#endif
    }
#endif
#if defined(HAS_LASTING) && defined(HAS_LITE)
    begun |= started > 0 && (transfers.empty() || !transfers.front().write);
#elif defined(HAS_LASTING)
    begun |= bool(CONTROL(ap_start));
#endif
    const double pause = done_at ? 0.0 : stall;
#define AXI(prefix, unit)                                                                      \
  {                                                                                            \
    static Axi &a = axis[#prefix];                                                             \
    for (auto &one : a.reads) one.wait -= one.wait > 0;                                        \
    for (auto &one : a.answers) one -= one > 0;                                                \
    a.ar = a.reads.size() < 8 && !chance(pause), a.aw = a.writes.size() < 8 && !chance(pause); \
    a.w = !a.writes.empty() && !chance(pause);                                                 \
    if (!a.r) a.r = !a.reads.empty() && !a.reads.front().wait && !chance(pause);               \
    if (!a.b) a.b = !a.answers.empty() && !a.answers.front();                                  \
    top->prefix##_arready = a.ar, top->prefix##_awready = a.aw, top->prefix##_wready = a.w;    \
    top->prefix##_rvalid = a.r, top->prefix##_bvalid = a.b;                                    \
    top->prefix##_rresp = 0, top->prefix##_bresp = 0;                                          \
    if (a.r) {                                                                                 \
      top->prefix##_rlast = a.reads.front().beats == 1;                                        \
      uint32_t beat[32] = {};                                                                  \
      a.give(beat);                                                                            \
      put(top->prefix##_rdata, beat, (unit + 3) / 4);                                         \
    }                                                                                          \
  }
/*MASTERS*/
#undef AXI
#define INPUT(port, count)                                                                     \
  {                                                                                            \
    static Stream &s = streams[#port];                                                         \
    if (begun && !s.offered && !s.asked && s.next * count < s.words.size() && !chance(s.steady ? 0.0 : pause)) { \
      const uint32_t *const word = &s.words[s.next * count];                                   \
      s.offered = !AT_##port, s.asked = AT_##port;                                             \
      if (s.offered) put_##port(top, word);                                                    \
      for (int i = 0; s.asked && i < count; i++)                                               \
        transfers.push_back({true, AT_##port + 4 * i, word[i], i + 1 == count ? &s.written : nullptr}); \
    }                                                                                          \
    if (s.asked && s.written) s.offered = true, s.asked = false, s.written = 0;                \
    VALID_##port = s.offered;                                                            \
  }
#define OUTPUT(port, count)                                                                    \
  {                                                                                            \
    static const Stream &s = streams[#port];                                                   \
    READY_##port = !chance(s.steady ? 0.0 : pause);                                            \
  }
    {
/*PORTS*/
    }
#undef INPUT
#undef OUTPUT
    top->eval();
#define AXI(prefix, unit)                                                                      \
  {                                                                                            \
    static Axi &a = axis[#prefix];                                                             \
    if (a.ar && top->prefix##_arvalid) {                                                       \
      a.reads.push_back(a.accept(top->prefix##_araddr, top->prefix##_arlen, top->prefix##_arsize)); \
      a.reads.back().array->read_bursts++, moved = true;                                       \
    }                                                                                          \
    if (a.r && top->prefix##_rready) {                                                         \
      Axi::Burst &burst = a.reads.front();                                                     \
      burst.address += burst.array->bytes, burst.array->read_beats++, moved = true, a.r = false; \
      if (!--burst.beats) a.reads.pop_front();                                                 \
    }                                                                                          \
    if (a.w && top->prefix##_wvalid) {                                                         \
      std::vector<uint32_t> beat, bytes;                                                       \
      get(top->prefix##_wdata, beat, (unit + 3) / 4);                                          \
      get(top->prefix##_wstrb, bytes, (unit + 31) / 32);                                       \
      a.take(beat, bytes);                                                                     \
      Axi::Burst &burst = a.writes.front();                                                    \
      burst.address += burst.array->bytes, burst.array->write_beats++, moved = true;           \
      const bool last = !--burst.beats;                                                        \
      if (last != bool(top->prefix##_wlast)) a.fault("WLAST is wrong", burst.address);         \
      if (last) a.writes.pop_front(), a.answers.push_back(6);                                  \
    }                                                                                          \
    if (a.aw && top->prefix##_awvalid) {                                                       \
      a.writes.push_back(a.accept(top->prefix##_awaddr, top->prefix##_awlen, top->prefix##_awsize)); \
      a.writes.back().array->write_bursts++, moved = true;                                     \
    }                                                                                          \
    if (a.b && top->prefix##_bready) a.answers.pop_front(), a.b = false;                       \
  }
/*MASTERS*/
#undef AXI
#ifdef HAS_BUS
    if (bus_waits && (top->s_axi_control_bvalid || top->s_axi_control_rvalid)) {
      const Transfer one = transfers.front();
      transfers.pop_front(), bus_waits = false;
      if (one.target) *one.target = one.write ? 1 : top->s_axi_control_rdata;
#ifdef HAS_LITE
      ended |= one.target == &control_word && control_word & 2;
#ifdef HAS_RESTARTS
      const bool over = ended && (control_word & 5) == 4;  // done once, at rest, no further start
#else
      const bool over = ended;
#endif
      if (one.target == &control_word && !over) {
        transfers.push_back(one);  // not done: asks again
      } else if (one.target == &control_word) {
        moved = true, ended = false;
        latencies.push_back(cycle - start_cycles[finished]);
#define REGISTER_IN(name, at, count)
#define REGISTER_OUT(name, at, count)                                                          \
  for (uint32_t i = 0; i < count; i++) transfers.push_back({false, at + 4 * i, 0, &values[#name].now[i]});
/*REGISTERS*/
#undef REGISTER_IN
#undef REGISTER_OUT
        transfers.push_back({false, 0, 0, &last_word});
#define RESULT(pin, count) values[#pin].now.clear(), get(top->pin, values[#pin].now, count);
#define KEEP(name)
/*RESULTS*/
#undef RESULT
#undef KEEP
      } else if (one.target == &last_word) {
#define RESULT(pin, count)
#define KEEP(name) values[#name].keep();
/*RESULTS*/
#undef RESULT
#undef KEEP
        finished++, moved = true;
        waiting |= finished < calls;
      }
#endif
    } else if (!transfers.empty() && !bus_waits) {
      bus_waits = transfers.front().write ? top->s_axi_control_awready : top->s_axi_control_arready;
    }
#endif
#ifdef HAS_REGISTERS
    if (phase == Phase::reading && transfers.empty()) {
#define RESULT(pin, count)
#define KEEP(name) values[#name].keep();
/*RESULTS*/
#undef RESULT
#undef KEEP
      finished++, moved = true, phase = Phase::rest;
      waiting |= finished < calls;
    }
#endif
#ifdef HAS_CONTROL
    const bool ready = CONTROL(ap_ready), done = CONTROL(ap_done);
#define RESULT(pin, count)                                                                     \
  {                                                                                            \
    Values &v = values[#pin];                                                                  \
    v.now.clear(), get(top->pin, v.now, count);                                                \
  }
#ifdef HAS_REGISTERS
    if (done && phase == Phase::running) {
#define KEEP(name)
/*RESULTS*/
#undef KEEP
#define REGISTER_IN(name, at, count)
#define REGISTER_OUT(name, at, count)                                                          \
  for (uint32_t i = 0; i < count; i++) transfers.push_back({false, at + 4 * i, 0, &values[#name].now[i]});
/*REGISTERS*/
#undef REGISTER_IN
#undef REGISTER_OUT
      latencies.push_back(cycle - start_cycles[finished]);
      phase = Phase::reading, moved = true;
    }
#else
    if (done && finished < calls) {
#define KEEP(name) values[#name].keep();
/*RESULTS*/
#undef KEEP
      latencies.push_back(cycle - start_cycles[finished]);
      finished++, moved = true;
      waiting |= finished < calls;
    }
#endif
#undef RESULT
#endif
#define INPUT(port, count)                                                                     \
  {                                                                                            \
    static Stream &s = streams[#port];                                                         \
    if (s.offered && READY_##port) s.offered = false, s.next++, moved = true, last_taken = cycle; \
  }
#define OUTPUT(port, count)                                                                    \
  {                                                                                            \
    static Stream &s = streams[#port];                                                         \
    if (VALID_##port && READY_##port) {                                            \
      get_##port(top, s.words);                                                                \
      s.next++, moved = true;                                                                  \
    }                                                                                          \
    waiting |= s.next < s.expected;                                                            \
  }
    {
/*PORTS*/
    }
#undef INPUT
#undef OUTPUT
#ifdef HAS_CONTROL
    const bool last_start = ready;
#endif
    clock();
#ifdef HAS_CONTROL
    if (last_start && CONTROL(ap_start)) CONTROL(ap_start) = 0, started++;
#endif
    cycle++;
    if (moved) last_move = cycle;
    if (!waiting && !done_at) done_at = cycle;
#ifdef HAS_LASTING
    last_taken = done_at && cycle - done_at < timeout ? last_move : last_taken;  // to memory too
#endif
    if (done_at && cycle - std::max(done_at, last_taken) >= drain) break;
    if (!done_at && cycle - last_move > timeout) {
      fprintf(stderr, "stalled: no word has moved since cycle %llu\n", (unsigned long long)last_move);
      if (BLOCK != Block::free) fprintf(stderr, "  calls: %zu started, %zu of %zu done\n", started, finished, calls);
      for (auto &entry : streams) {
        const Stream &s = entry.second;
        const size_t all = s.expected ? s.expected : s.words.size() / s.size;
        fprintf(stderr, "  port %s: %zu of %zu words\n", s.name.c_str(), s.next, all);
      }
#define FIFO(top_name, stream, depth)                                                          \
  fprintf(stderr, "  fifo %s: %u of %d words, %llu in all\n", #stream,                         \
          unsigned(top->rootp->top_name##__DOT__u_##stream##__DOT__count), depth,              \
          (unsigned long long)top->rootp->top_name##__DOT__u_##stream##__DOT__pushed);
/*FIFOS*/
      return 1;
    }
  }
#define INPUT(port, count)
#define OUTPUT(port, count)                                                                    \
  {                                                                                            \
    const Stream &s = streams[#port];                                                          \
    FILE *file = fopen((folder + "/" #port ".bin").c_str(), "wb");                             \
    fwrite(s.words.data(), 4, s.words.size(), file);                                           \
    fclose(file);                                                                              \
  }
  {
/*PORTS*/
  }
#undef INPUT
#undef OUTPUT
#define INPUT(port, count) printf("taken %s %zu\n", #port, streams[#port].next);
#define OUTPUT(port, count)
  {
/*PORTS*/
  }
#define LASTING(name) values[#name].keep();
/*LASTING*/
#undef LASTING
  for (auto &entry : values)
    if (!entry.second.made.empty()) write_file(folder + "/" + entry.first + ".made", entry.second.made);
  for (auto &entry : axis)
    for (const Axi::Array &a : entry.second.arrays)
      printf("bursts %s %zu %zu %zu %zu\n", a.name, a.read_bursts, a.read_beats, a.write_bursts, a.write_beats);
  for (uint64_t latency : latencies) printf("latency %llu\n", (unsigned long long)latency);
  printf("cycles %llu\n", (unsigned long long)done_at);
  delete top;
  delete context;
  return 0;
}

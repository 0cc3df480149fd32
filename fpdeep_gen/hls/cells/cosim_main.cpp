// Drives one compiled top: words from files, random stalls, words to files. The ports are filled in by cosim.py.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "Vtop.h"
#include "Vtop___024root.h"
#include "verilated.h"

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

struct Stream {
  std::string name;
  int size = 1;
  std::vector<uint32_t> words;
  size_t next = 0;      // words moved
  size_t expected = 0;  // of an output
  bool offered = false;
};

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  const std::string folder = argv[1];
  random_state = strtoull(argv[2], nullptr, 10) * 0x9E3779B97F4A7C15ull + 1;
  const double stall = atof(argv[3]);
  const uint64_t timeout = strtoull(argv[4], nullptr, 10), drain = strtoull(argv[5], nullptr, 10);
  std::map<std::string, size_t> expected;
  for (int i = 6; i < argc; i++) {
    const char *mark = strchr(argv[i], '=');
    expected[std::string(argv[i], mark - argv[i])] = strtoull(mark + 1, nullptr, 10);
  }
  auto *context = new VerilatedContext;
  auto *top = new Vtop{context};
  std::map<std::string, Stream> streams;
#define INPUT(port, count)                                                                     \
  {                                                                                            \
    Stream &s = streams[#port];                                                                \
    s.name = #port, s.size = count;                                                            \
    FILE *file = fopen((folder + "/" #port ".bin").c_str(), "rb");                             \
    uint32_t word;                                                                             \
    while (file && fread(&word, 4, 1, file) == 1) s.words.push_back(word);                     \
    if (file) fclose(file);                                                                    \
  }
#define OUTPUT(port, count)                                                                    \
  streams[#port].name = #port, streams[#port].size = count, streams[#port].expected = expected[#port];
  {
/*PORTS*/
  }
#undef INPUT
#undef OUTPUT
  auto clock = [&] {
    top->ap_clk = 1, top->eval();
    top->ap_clk = 0;
  };
#define INPUT(port, count) top->port##_tvalid = 0;
#define OUTPUT(port, count) top->port##_tready = 0;
  {
/*PORTS*/
  }
#undef INPUT
#undef OUTPUT
  top->ap_clk = 0, top->ap_rst_n = 0;
  for (int i = 0; i < 4; i++) top->eval(), clock();
  top->ap_rst_n = 1;

  uint64_t cycle = 0, done_at = 0, last_move = 0;
  while (true) {
    bool waiting = false, moved = false;
    const double pause = done_at ? 0.0 : stall;
#define INPUT(port, count)                                                                     \
  {                                                                                            \
    static Stream &s = streams[#port];                                                         \
    if (!s.offered && s.next * count < s.words.size() && !chance(pause)) {                     \
      s.offered = true;                                                                        \
      put(top->port##_tdata, &s.words[s.next * count], count);                                 \
    }                                                                                          \
    top->port##_tvalid = s.offered;                                                            \
  }
#define OUTPUT(port, count) top->port##_tready = !chance(pause);
    {
/*PORTS*/
    }
#undef INPUT
#undef OUTPUT
    top->eval();
#define INPUT(port, count)                                                                     \
  {                                                                                            \
    static Stream &s = streams[#port];                                                         \
    if (s.offered && top->port##_tready) s.offered = false, s.next++, moved = true;            \
  }
#define OUTPUT(port, count)                                                                    \
  {                                                                                            \
    static Stream &s = streams[#port];                                                         \
    if (top->port##_tvalid && top->port##_tready) {                                            \
      get(top->port##_tdata, s.words, count);                                                  \
      s.next++, moved = true;                                                                  \
    }                                                                                          \
    waiting |= s.next < s.expected;                                                            \
  }
    {
/*PORTS*/
    }
#undef INPUT
#undef OUTPUT
    clock();
    cycle++;
    if (moved) last_move = cycle;
    if (!waiting && !done_at) done_at = cycle;
    if (done_at && cycle - done_at >= drain) break;
    if (!done_at && cycle - last_move > timeout) {
      fprintf(stderr, "stalled: no word has moved since cycle %llu\n", (unsigned long long)last_move);
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
  printf("cycles %llu\n", (unsigned long long)done_at);
  delete top;
  delete context;
  return 0;
}

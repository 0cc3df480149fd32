// Drives one compiled top: words from files, random stalls, words to files.
//
// usage: simulate FOLDER SEED STALL TIMEOUT DRAIN [CALLS] [STREAM=WORDS | !STREAM]...
//
// A top with a block-level protocol is called CALLS times, each time with the next scalar inputs and memory images;
// results and images are kept when it is done. `!STREAM` never pauses.
#include "cosim_outside.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cosim {

// Of a call with registers but pins for its start: input registers are written before it, output registers read after.
enum class Phase { rest, writing, written, running, reading };

// A master of the AXI4-Lite slave: one transfer after the other.
struct Transfer {
  bool write;
  uint32_t address, data;
  uint32_t *target;
};

struct Settings {
  std::string folder;
  double stall;
  uint64_t timeout, drain;
  size_t calls = 0;
  std::map<std::string, size_t> expected;
  std::set<std::string> steady;  // streams without pauses
};

class Driver {
 public:
  explicit Driver(const Settings &given_settings);
  int run();

 private:
  void cycle();
  void reset();
  void begin_over_lite();
  void begin_over_pins();
  void write_inputs();
  void read_outputs();
  void drive_bus();
  void sample_bus();
  void end_over_lite(const Transfer &one);
  void end_over_pins();
  void drive_streams();
  void sample_streams();
  void clock();
  void load(size_t call);
  void set_scalars();
  void take_results();
  void keep();
  bool is_over();
  void report_stall() const;
  void write_all();

  const Settings settings;
  const bool lasts;
  std::vector<Stream> ports;
  std::map<std::string, Values> all;
  std::map<std::string, Axi> axis;
  std::vector<Axi *> masters;
  std::vector<MemoryPort> accesses;
  std::deque<Transfer> transfers;
  std::vector<uint32_t> runs;
  std::vector<uint64_t> start_cycles, latencies;
  size_t started = 0, finished = 0;
  bool bus_waits = false, ended = false;
  bool begun;  // tasks run from the reset on, but find their arrays from the first start on
  Phase phase = Phase::rest;
  uint32_t control_word = 0, last_word = 0;
  bool waiting = false, moved = false;  // in this cycle
  uint64_t now = 0, done_at = 0, last_move = 0, last_taken = 0;
};

Driver::Driver(const Settings &given_settings)
    : settings(given_settings),
      lasts(std::any_of(values.begin(), values.end(), [](const ValueShape &one) { return one.lasting; })),
      begun(!lasts) {
  for (const StreamPins &one : streams) {
    const auto wanted = settings.expected.find(one.name);
    ports.push_back({one, one.is_input ? read_file(settings.folder + "/" + one.name + ".bin") : std::vector<uint32_t>(), 0,
                     wanted == settings.expected.end() ? 0 : wanted->second, settings.steady.count(one.name) != 0});
  }
  for (const ValueShape &one : values) {
    Values &made_here = all.emplace(one.name, Values{one}).first->second;
    made_here.now.resize(one.cells * one.depth);
    made_here.given = read_file(settings.folder + "/" + one.name + ".bin");
    if (one.lasting) made_here.load(0);
  }
  for (const AxiPins &one : buses) {
    masters.push_back(&axis.emplace(one.name, Axi{one}).first->second);
    one.drive({});
  }
  for (const ArrayPlace &one : arrays) axis.at(one.bus).arrays.push_back({one, &all.at(one.values), one.base});
  if (FILE *file = fopen((settings.folder + "/overlapping.txt").c_str(), "r")) {
    char name[256];
    unsigned long long place;
    while (fscanf(file, "%255s %llu", name, &place) == 2)
      for (auto &entry : axis)
        for (Axi::Array &one : entry.second.arrays)
          if (!strcmp(one.place.name, name)) one.base = place, Axi::overlapping.push_back(&one);
    fclose(file);
  }
  for (const MemoryPins &one : memories) accesses.push_back({one, all.at(one.memory), std::vector<uint32_t>(one.cells)});
  if (block.counts_runs) runs = read_file(settings.folder + "/ap_runs.bin");
}

void Driver::clock() {
  // What the memories see in this cycle; their outputs change behind the edge.
  for (MemoryPort &one : accesses) one.look();
  set_clock(true), eval();
  set_clock(false);
  for (MemoryPort &one : accesses) one.act();
}

void Driver::reset() {
  for (const Stream &one : ports) one.pins.set(false);
  if (block.set_start) block.set_start(false);
  set_clock(false), set_reset_n(false);
  for (int i = 0; i < 4; i++) eval(), clock();
  set_reset_n(true);
}

void Driver::load(size_t call) {
  for (auto &entry : all)
    if (!entry.second.shape.lasting) entry.second.load(call);
}

void Driver::set_scalars() {
  for (const GivenPin &one : given) one.put(all.at(one.name).now.data());
  set_constants(true);
}

void Driver::write_inputs() {
  for (const RegisterPlace &one : registers)
    for (uint32_t i = 0; one.is_input && i < one.cells; i++)
      transfers.push_back({true, one.address + 4 * i, all.at(one.name).now[i], nullptr});
}

void Driver::read_outputs() {
  for (const RegisterPlace &one : registers)
    for (uint32_t i = 0; !one.is_input && i < one.cells; i++)
      transfers.push_back({false, one.address + 4 * i, 0, &all.at(one.name).now[i]});
}

void Driver::take_results() {
  for (const MadePin &one : made) one.get(all.at(one.name).now.data());
}

void Driver::keep() {
  for (auto &entry : all)
    if (entry.second.shape.kept) entry.second.keep();
  finished++, moved = true;
  waiting |= finished < settings.calls;
}

void Driver::begin_over_lite() {
  if (!transfers.empty() || started != finished || started >= settings.calls) return;
  load(started);
  set_scalars();
  write_inputs();
  if (block.counts_runs) {
    transfers.push_back({true, block.runs_address, runs[started], nullptr});
    transfers.push_back({true, 0, runs[started] > 1 ? 0x81u : 1u, nullptr});
  } else {
    transfers.push_back({true, 0, 1, nullptr});
  }
  transfers.push_back({false, 0, 0, &control_word});
  start_cycles.push_back(now), started++, moved = true;
}

void Driver::begin_over_pins() {
  const bool may_start = block.has_registers ? phase == Phase::written : block.may_overlap || started == finished;
  if (block.start() || started >= settings.calls || !may_start || chance(done_at ? 0.0 : settings.stall)) return;
  load(started);
  set_scalars();
  block.set_start(true);
  start_cycles.push_back(now);
  moved = true;
  if (block.has_registers) phase = Phase::running;
}

void Driver::drive_bus() {
  if (transfers.empty() || bus_waits) {
    lite.drive({});
    return;
  }
  const Transfer &one = transfers.front();
  lite.drive({one.write, !one.write, one.address, one.data});
}

void Driver::sample_bus() {
  const LiteAnswers seen = lite.see();
  if (bus_waits && (seen.bvalid || seen.rvalid)) {
    const Transfer one = transfers.front();
    transfers.pop_front(), bus_waits = false;
    if (one.target) *one.target = one.write ? 1 : seen.rdata;
    if (block.is_lite) end_over_lite(one);
  } else if (!transfers.empty() && !bus_waits) {
    bus_waits = transfers.front().write ? seen.awready : seen.arready;
  }
}

void Driver::end_over_lite(const Transfer &one) {
  if (one.target == &last_word) keep();
  if (one.target != &control_word) return;
  ended |= bool(control_word & 2);
  const bool at_rest = (control_word & 5) == 4;  // no further start
  if (!ended || (block.counts_runs && !at_rest)) {
    transfers.push_back(one);  // not done: asks again
    return;
  }
  moved = true, ended = false;
  latencies.push_back(now - start_cycles[finished]);
  read_outputs();
  transfers.push_back({false, 0, 0, &last_word});
  take_results();
}

void Driver::end_over_pins() {
  if (!block.done()) return;
  if (block.has_registers ? phase != Phase::running : finished >= settings.calls) return;
  take_results();
  latencies.push_back(now - start_cycles[finished]);
  if (!block.has_registers) return keep();
  read_outputs();
  phase = Phase::reading, moved = true;
}

void Driver::drive_streams() {
  const double pause = done_at ? 0.0 : settings.stall;
  for (Axi *const one : masters) one->drive(pause);
  for (Stream &s : ports) {
    const double own = s.steady ? 0.0 : pause;
    if (!s.pins.is_input) {
      s.pins.set(!chance(own));
      continue;
    }
    const size_t cells = s.pins.cells;
    if (begun && !s.offered && !s.asked && s.next * cells < s.words.size() && !chance(own)) {
      const uint32_t *const word = &s.words[s.next * cells];
      s.asked = s.pins.address != 0, s.offered = !s.asked;
      if (s.offered) s.pins.put(word);
      for (size_t i = 0; s.asked && i < cells; i++)
        transfers.push_back(
            {true, uint32_t(s.pins.address + 4 * i), word[i], i + 1 == cells ? &s.written : nullptr});
    }
    if (s.asked && s.written) s.offered = true, s.asked = false, s.written = 0;
    s.pins.set(s.offered);
  }
}

void Driver::sample_streams() {
  for (Stream &s : ports) {
    if (s.pins.is_input) {
      if (s.offered && s.pins.moves()) s.offered = false, s.next++, moved = true, last_taken = now;
      continue;
    }
    if (s.pins.moves()) {
      if (s.pins.get) {
        s.words.resize(s.words.size() + s.pins.cells);
        s.pins.get(&s.words[s.words.size() - s.pins.cells]);
      }
      s.next++, moved = true;
    }
    waiting |= s.next < s.expected;
  }
}

void Driver::cycle() {
  waiting = finished < settings.calls, moved = false;
  if (block.is_lite) begin_over_lite();
  if (block.has_registers && phase == Phase::rest && started < settings.calls) {
    load(started);
    write_inputs();
    phase = Phase::writing, moved = true;
  }
  if (block.has_registers && phase == Phase::writing && transfers.empty()) phase = Phase::written, moved = true;
  if (block.has_bus) drive_bus();
  if (block.set_start) begin_over_pins();
  if (lasts && block.is_lite) begun |= started > 0 && (transfers.empty() || !transfers.front().write);
  if (lasts && block.set_start) begun |= block.start();
  drive_streams();
  eval();
  for (Axi *const one : masters) moved |= one->sample();
  if (block.has_bus) sample_bus();
  if (block.has_registers && phase == Phase::reading && transfers.empty()) keep(), phase = Phase::rest;
  const bool last_start = block.set_start && block.ready();
  if (block.set_start) end_over_pins();
  sample_streams();
  clock();
  if (last_start && block.start()) block.set_start(false), started++;
  now++;
  if (moved) last_move = now;
  if (!waiting && !done_at) done_at = now;
  if (lasts) last_taken = done_at && now - done_at < settings.timeout ? last_move : last_taken;  // to memory too
}

bool Driver::is_over() { return done_at && now - std::max(done_at, last_taken) >= settings.drain; }

int Driver::run() {
  reset();
  while (true) {
    cycle();
    if (is_over()) break;
    if (!done_at && now - last_move > settings.timeout) {
      report_stall();
      return 1;
    }
  }
  write_all();
  finish();
  return 0;
}

void Driver::report_stall() const {
  fprintf(stderr, "stalled: no word has moved since cycle %llu\n", (unsigned long long)last_move);
  if (block.has_calls)
    fprintf(stderr, "  calls: %zu started, %zu of %zu done\n", started, finished, settings.calls);
  std::map<std::string, const Stream *> sorted;
  for (const Stream &s : ports) sorted[s.pins.name] = &s;
  for (const auto &[name, s] : sorted) {
    const size_t whole = s->expected ? s->expected : s->words.size() / s->pins.cells;
    fprintf(stderr, "  port %s: %zu of %zu words\n", name.c_str(), s->next, whole);
  }
  for (const Fifo &one : fifos)
    fprintf(stderr, "  fifo %s: %u of %d words, %llu in all\n", one.name, one.count(), one.depth, one.pushed());
}

void Driver::write_all() {
  for (const Stream &s : ports)
    if (!s.pins.is_input) write_file(settings.folder + "/" + s.pins.name + ".bin", s.words);
  for (const Stream &s : ports)
    if (s.pins.is_input) printf("taken %s %zu\n", s.pins.name, s.next);
  for (auto &[name, one] : all) {
    if (one.shape.lasting) one.keep();
    if (!one.made.empty()) write_file(settings.folder + "/" + name + ".made", one.made);
  }
  for (const auto &[name, bus] : axis)
    for (const Axi::Array &a : bus.arrays)
      printf("bursts %s %zu %zu %zu %zu\n", a.place.name, a.read_bursts, a.read_beats, a.write_bursts, a.write_beats);
  for (const uint64_t latency : latencies) printf("latency %llu\n", (unsigned long long)latency);
  printf("cycles %llu\n", (unsigned long long)done_at);
}

}  // namespace cosim

int main(int argc, char **argv) {
  using namespace cosim;
  if (argc < (block.has_calls ? 7 : 6)) return 2;
  random_state = strtoull(argv[2], nullptr, 10) * 0x9E3779B97F4A7C15ull + 1;
  Settings settings{argv[1], atof(argv[3]), strtoull(argv[4], nullptr, 10), strtoull(argv[5], nullptr, 10)};
  if (block.has_calls) settings.calls = strtoull(argv[6], nullptr, 10);
  for (int i = block.has_calls ? 7 : 6; i < argc; i++) {
    if (argv[i][0] == '!') settings.steady.insert(argv[i] + 1);
    const char *mark = strchr(argv[i], '=');
    if (mark) settings.expected[std::string(argv[i], mark - argv[i])] = strtoull(mark + 1, nullptr, 10);
  }
  return Driver(settings).run();
}

// What the driver of a compiled top (cosim_driver.cpp, compiled once on a machine) knows of its pins. For each top,
// driver.py writes a file that defines what is declared here.
//
// Words are cells of 32 bits, lowest bits first; `cells` is how many a word takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace cosim {

struct StreamPins {
  const char *name;
  int cells;
  bool is_input;
  uint32_t address;               // of its register behind AXI4-Lite, or 0
  void (*put)(const uint32_t *);  // an input's word
  void (*get)(uint32_t *);        // an output's word
  void (*set)(bool);              // an input's valid, an output's ready
  bool (*moves)();                // of an input: it is ready; of an output: it is valid and was set ready
};

// A port of a memory outside of the top: it reads (`put`) or writes (`get`).
struct MemoryPins {
  const char *memory;
  int cells;
  bool (*enabled)();
  uint32_t (*address)();
  void (*put)(const uint32_t *);
  void (*get)(uint32_t *);
};

// A scalar, or a memory: `depth` words a call; one image for all calls where it is `lasting`, used by tasks.
struct ValueShape {
  const char *name;
  int cells;
  std::size_t depth;
  bool lasting;
  bool kept;  // after each call
};
struct GivenPin {
  const char *name;
  void (*put)(const uint32_t *);
};
struct MadePin {
  const char *name;
  int cells;
  void (*get)(uint32_t *);
};
struct RegisterPlace {
  const char *name;
  uint32_t address, cells;
  bool is_input;
};

// An AXI4 master. `rdata` is null where no word is read.
struct AxiAnswers {
  bool arready, awready, wready, rvalid, bvalid, rlast;
  const uint32_t *rdata;
};
struct AxiQuestions {
  bool arvalid, awvalid, wvalid, rready, bready, wlast;
  uint64_t araddr, awaddr;
  uint32_t arlen, arsize, awlen, awsize;
  uint32_t wdata[32], wstrb[4];
};
struct AxiPins {
  const char *name;
  uint32_t bytes;  // of the bus
  void (*drive)(const AxiAnswers &);
  void (*see)(AxiQuestions &);  // wdata and wstrb only where a word is written
};
struct ArrayPlace {
  const char *name, *values, *bus;
  uint32_t bytes;  // of a beat
  uint64_t base;
  uint32_t burst;
};

// The AXI4-Lite slave.
struct LiteQuestions {
  bool writes, reads;
  uint32_t address, data;
};
struct LiteAnswers {
  bool awready, arready, bvalid, rvalid;
  uint32_t rdata;
};
struct LitePins {
  void (*drive)(const LiteQuestions &);
  LiteAnswers (*see)();
};

struct Fifo {
  const char *name;
  int depth;
  unsigned (*count)();
  unsigned long long (*pushed)();
};

// How calls begin and end: by `start`, `ready` and `done` (pins, or signals in the top; null without them), or over
// AXI4-Lite. A top that runs freely has no calls.
struct Block {
  bool has_calls;
  bool is_lite;
  bool may_overlap;  // a call starts before the one before it has ended
  bool has_registers;  // written before each start, read after each end; the start has pins
  bool has_bus;        // AXI4-Lite
  bool counts_runs;    // in the register `runs_address`
  uint32_t runs_address;
  void (*set_start)(bool);
  bool (*start)();
  bool (*ready)();
  bool (*done)();
};

extern const Block block;
extern const LitePins lite;
extern const std::initializer_list<StreamPins> streams;  // inputs first
extern const std::initializer_list<MemoryPins> memories;
extern const std::initializer_list<ValueShape> values;
extern const std::initializer_list<GivenPin> given;
extern const std::initializer_list<MadePin> made;
extern const std::initializer_list<RegisterPlace> registers;
extern const std::initializer_list<AxiPins> buses;
extern const std::initializer_list<ArrayPlace> arrays;
extern const std::initializer_list<Fifo> fifos;

void set_clock(bool value);
void set_reset_n(bool value);
void set_constants(bool valid);  // pins of the handshakes of scalars
void eval();
void finish();

}  // namespace cosim

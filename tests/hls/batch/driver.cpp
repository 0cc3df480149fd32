// Drives all kernels of one model side by side: words from <folder>/<kernel>/<port>.bin, words to <port>.rtl, random
// stalls. Kernels share nothing but the clock; each has its own random numbers, its own count of cycles and its own end.
// Prints a line for each kernel: name, "done" or "stalled", cycles up to the last expected word.
#include "driver.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace {

struct Stream {
    Port* port;
    std::vector<uint32_t> words;
    std::size_t next = 0, expected = 0;
    bool offered = false;
};

struct Kernel {
    std::string name;
    std::vector<Stream> streams;
    uint64_t random = 0, done_at = 0, last_move = 0;
    bool done = false, stalled = false;

    bool chance(double probability) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        return (random >> 11) * 0x1.0p-53 < probability;
    }
    void drive(double stall) {
        for (Stream& s : streams) {
            Port& p = *s.port;
            if (!p.is_input) {
                *p.ready = !chance(stall);
                continue;
            }
            if (!s.offered && s.next * p.words < s.words.size() && !chance(stall)) {
                s.offered = true;
                std::memcpy(p.data, &s.words[s.next * p.words], p.bytes);
            }
            *p.valid = s.offered;
        }
    }
    void sample(uint64_t cycle) {
        bool waiting = false, moved = false;
        for (Stream& s : streams) {
            Port& p = *s.port;
            if (p.is_input) {
                if (s.offered && *p.ready) s.offered = false, s.next++, moved = true;
                continue;
            }
            if (*p.valid && *p.ready) {
                s.words.resize(s.words.size() + p.words);
                std::memcpy(&s.words[s.words.size() - p.words], p.data, p.bytes);
                s.next++, moved = true;
            }
            waiting |= s.next < s.expected;
        }
        if (moved) last_move = cycle;
        if (!waiting && !done) done = true, done_at = cycle;
    }
};

std::vector<uint32_t> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<uint32_t> words;
    uint32_t word;
    while (file.read(reinterpret_cast<char*>(&word), 4)) words.push_back(word);
    return words;
}

}  // namespace

// folder, seed, stall probability, timeout and drain cycles; <kernel>/<port>.count holds how many words are expected
int main(int argc, char** argv) {
    if (argc != 6) return 2;
    const std::string folder = argv[1];
    const uint64_t seed = std::strtoull(argv[2], nullptr, 10);
    const double stall = std::atof(argv[3]);
    const uint64_t timeout = std::strtoull(argv[4], nullptr, 10), drain = std::strtoull(argv[5], nullptr, 10);
    std::vector<Kernel> kernels;
    for (int i = 0; i < port_count; i++) {
        if (kernels.empty() || kernels.back().name != ports[i].kernel) {
            kernels.emplace_back();
            kernels.back().name = ports[i].kernel;
            kernels.back().random = (seed + 1) * 0x9E3779B97F4A7C15ull + 1;
        }
        Stream stream{&ports[i]};
        const std::string path = folder + "/" + ports[i].kernel + "/" + ports[i].name;
        if (ports[i].is_input) {
            stream.words = read_file(path + ".bin");
        } else {
            std::ifstream(path + ".count") >> stream.expected;
        }
        kernels.back().streams.push_back(stream);
    }
    set_clock(false), set_reset_n(false);
    for (Port* port = ports; port < ports + port_count; port++) *(port->is_input ? port->valid : port->ready) = 0;
    for (int i = 0; i < 4; i++) eval(), set_clock(true), eval(), set_clock(false);
    set_reset_n(true);
    uint64_t cycle = 0, end_at = 0;
    while (end_at == 0 || cycle < end_at) {
        for (Kernel& kernel : kernels) kernel.drive(kernel.done ? 0.0 : stall);
        eval();
        cycle++;
        bool running = false;
        for (Kernel& kernel : kernels) {
            kernel.sample(cycle);
            if (!kernel.done && cycle - kernel.last_move > timeout) kernel.stalled = true;
            running |= !kernel.done && !kernel.stalled;
        }
        if (!running && end_at == 0) end_at = cycle + drain;
        set_clock(true), eval(), set_clock(false);
    }
    for (const Kernel& kernel : kernels) {
        std::printf("%s %s %llu", kernel.name.c_str(), kernel.done ? "done" : "stalled",
                    (unsigned long long)(kernel.done ? kernel.done_at : kernel.last_move));
        for (const Stream& s : kernel.streams) {
            const std::size_t all = s.port->is_input ? s.words.size() / s.port->words : s.expected;
            std::printf(" %s=%zu/%zu", s.port->name, s.next, all);
            if (s.port->is_input) continue;
            std::ofstream file(folder + "/" + kernel.name + "/" + s.port->name + ".rtl", std::ios::binary);
            file.write(reinterpret_cast<const char*>(s.words.data()), 4 * s.words.size());
        }
        std::printf("\n");
    }
    return 0;
}

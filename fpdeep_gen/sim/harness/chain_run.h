// Runs a chain to its end: quantum by quantum, until all outputs came, nothing moves any more, or the time is over.
#pragma once

#include <chrono>

#include "chain.h"

namespace chain {

enum class End { kDone, kStall, kTimeout };

inline const char* text(End end) { return end == End::kDone ? "done" : end == End::kStall ? "stall" : "timeout"; }

struct Limits {
    std::uint64_t stall_cycles, most_cycles, drain_cycles;
};

// Decides between quanta whether to go on. Only one thread calls it, while the others wait.
template <typename Chain>
class Supervisor {
  public:
    Supervisor(Chain& chain, Limits limits) : chain_(chain), limits_(limits) {
        for (Board* board : chain_.boards) board->remember();
    }

    // True while the chain should run on from cycle `now`.
    bool go_on(std::uint64_t now) {
        if (now >= last_) return false;
        if (last_ == ~0ull && all_done()) {
            end = End::kDone;
            last_ = now + limits_.drain_cycles;
            return limits_.drain_cycles > 0;
        }
        if (now >= limits_.most_cycles) return false;
        return now < next_check_ || check(now);
    }

    End end = End::kTimeout;

  private:
    static constexpr std::uint64_t kCheckEvery = 4096;

    bool all_done() const {
        return std::all_of(chain_.boards.begin(), chain_.boards.end(), [](const Board* board) { return board->done(); });
    }
    bool check(std::uint64_t now) {
        next_check_ = now + kCheckEvery;
        std::uint64_t moved = 0;
        for (Board* board : chain_.boards) {
            moved += board->moved();
            board->flush();
        }
        if (moved != moved_before_ || last_ != ~0ull) {
            moved_before_ = moved;
            moved_at_ = now;
            for (Board* board : chain_.boards) board->remember();
            return true;
        }
        if (now - moved_at_ < limits_.stall_cycles) return true;
        end = End::kStall;
        return false;
    }

    Chain& chain_;
    Limits limits_;
    std::uint64_t last_ = ~0ull;
    std::uint64_t next_check_ = kCheckEvery;
    std::uint64_t moved_before_ = ~0ull;
    std::uint64_t moved_at_ = 0;
};

inline void report_board(std::FILE* file, const Board& board) {
    std::fprintf(file, "    {\"name\": \"%s\", \"ports\": {", board.name);
    const char* comma = "";
    for (const PortState& port : board.ports()) {
        std::fprintf(file, "%s\n      \"%s\": {\"moved\": %llu, \"valid\": %d, \"ready\": %d}", comma, port.name,
                     static_cast<unsigned long long>(port.moved), port.valid, port.ready);
        comma = ",";
    }
    std::fprintf(file, "},\n     \"fifos\": {");
    comma = "";
    for (std::size_t index = 0; index < board.fifos.size(); ++index) {
        const Fifo& fifo = board.fifos[index];
        std::fprintf(file,
                     "%s\n      \"%s\": {\"pushed\": %llu, \"count\": %llu, \"peak\": %llu, \"full_cycles\": %llu, "
                     "\"empty_cycles\": %llu, \"writer_waits\": %d, \"reader_waits\": %d}",
                     comma, fifo.name, static_cast<unsigned long long>(fifo.pushed.value()),
                     static_cast<unsigned long long>(fifo.count.value()), static_cast<unsigned long long>(fifo.peak.value()),
                     static_cast<unsigned long long>(fifo.full_cycles.value()),
                     static_cast<unsigned long long>(fifo.empty_cycles.value()),
                     fifo.full_cycles.value() > board.full_before[index], fifo.empty_cycles.value() > board.empty_before[index]);
        comma = ",";
    }
    std::fprintf(file, "},\n     \"watches\": {");
    comma = "";
    for (const Watch& watch : board.watches) {
        std::fprintf(file, "%s\n      \"%d\": [", comma, watch.index);
        const char* separator = "";
        for (const std::uint64_t cycle : watch.cycles) {
            std::fprintf(file, "%s%llu", separator, static_cast<unsigned long long>(cycle));
            separator = ", ";
        }
        std::fprintf(file, "]");
        comma = ",";
    }
    std::fprintf(file, "}}");
}

template <typename Chain>
void report(const std::string& path, const Chain& chain, End end, std::uint64_t cycles, double seconds) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (!file) fail("cannot write " + path);
    std::fprintf(file, "{\n  \"end\": \"%s\",\n  \"cycles\": %llu,\n  \"seconds\": %.6f,\n", text(end),
                 static_cast<unsigned long long>(cycles), seconds);
    chain.report_links(file);
    std::fprintf(file, "  \"boards\": [\n");
    for (std::size_t index = 0; index < chain.boards.size(); ++index) {
        report_board(file, *chain.boards[index]);
        std::fprintf(file, index + 1 < chain.boards.size() ? ",\n" : "\n");
    }
    std::fprintf(file, "  ]\n}\n");
    std::fclose(file);
}

template <typename Chain>
std::uint64_t run_serial(Chain& chain, Supervisor<Chain>& supervisor, std::uint64_t quantum) {
    std::uint64_t now = 0;
    do {
        for (Board* board : chain.boards) board->run(now, now + quantum);
        now += quantum;
    } while (supervisor.go_on(now));
    return now;
}

template <typename Chain>
std::uint64_t run_threads(Chain& chain, Supervisor<Chain>& supervisor, std::uint64_t quantum, int threads) {
    Barrier barrier(threads);
    std::atomic<bool> running{true};
    std::uint64_t end = 0;
    auto work = [&](int worker) {
        std::uint64_t now = 0;
        do {
            for (std::size_t index = static_cast<std::size_t>(worker); index < chain.boards.size(); index += static_cast<std::size_t>(threads)) {
                chain.boards[index]->run(now, now + quantum);
            }
            now += quantum;
            barrier.wait();
            if (worker == 0) {
                end = now;
                running.store(supervisor.go_on(now), std::memory_order_release);
            }
            barrier.wait();
        } while (running.load(std::memory_order_acquire));
    };
    std::vector<std::thread> workers;
    for (int worker = 1; worker < threads; ++worker) workers.emplace_back(work, worker);
    work(0);
    for (std::thread& worker : workers) worker.join();
    return end;
}

template <typename Chain>
int run_chain(int argc, char** argv, std::uint64_t quantum) {
    if (argc != 7) fail("usage: chain <inputs> <outputs> <stall cycles> <most cycles> <drain cycles> <threads>");
    const std::string outputs = argv[2];
    const Limits limits{std::strtoull(argv[3], nullptr, 10), std::strtoull(argv[4], nullptr, 10), std::strtoull(argv[5], nullptr, 10)};
    Chain chain({argv[1], outputs});
    const int threads = std::min<int>(std::atoi(argv[6]), static_cast<int>(chain.boards.size()));
    for (Board* board : chain.boards) board->reset();
    Supervisor<Chain> supervisor(chain, limits);
    const auto begin = std::chrono::steady_clock::now();
    const std::uint64_t cycles = threads > 1 ? run_threads(chain, supervisor, quantum, threads) : run_serial(chain, supervisor, quantum);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    for (Board* board : chain.boards) board->flush();
    chain.write_samples(outputs);
    report(outputs + "/report.json", chain, supervisor.end, cycles, seconds);
    return 0;
}

}  // namespace chain

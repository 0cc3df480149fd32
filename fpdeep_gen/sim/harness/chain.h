// The parts of the lockstep chain that are the same for every design: word files, the link model, event logs.
//
// Time is counted in clock cycles of the boards (one clock for all). What a sender gives to a link in cycle t is seen by
// the receiver in cycle t + latency, so boards may run `latency` cycles apart without seeing a difference: the chain runs
// each board for a quantum of at most the least latency, in turn or in threads, and the result is the same to the cycle.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "verilated.h"

namespace chain {

[[noreturn]] inline void fail(const std::string& message) {
    std::fprintf(stderr, "%s\n", message.c_str());
    std::exit(3);
}

// Words of a port, whatever type the model gives it.
template <typename T>
inline void put(T& port, const std::uint32_t* words) {
    if constexpr (sizeof(T) <= 4) {
        port = static_cast<T>(words[0]);
    } else {
        port = static_cast<T>(words[0] | (static_cast<std::uint64_t>(words[1]) << 32));
    }
}
template <std::size_t N>
inline void put(VlWide<N>& port, const std::uint32_t* words) {
    std::memcpy(&port[0], words, N * 4);
}
template <typename T>
inline void get(const T& port, std::uint32_t* words) {
    words[0] = static_cast<std::uint32_t>(port);
    if constexpr (sizeof(T) > 4) words[1] = static_cast<std::uint32_t>(static_cast<std::uint64_t>(port) >> 32);
}
template <std::size_t N>
inline void get(const VlWide<N>& port, std::uint32_t* words) {
    std::memcpy(words, &port[0], N * 4);
}

// An input of the chain: the words of a file, offered as fast as they are taken.
class FileSource {
  public:
    FileSource(const std::string& path, int chunks) : chunks_(chunks) {
        std::FILE* file = std::fopen(path.c_str(), "rb");
        if (!file) fail("cannot read " + path);
        std::fseek(file, 0, SEEK_END);
        data_.resize(static_cast<std::size_t>(std::ftell(file)) / 4);
        std::rewind(file);
        if (std::fread(data_.data(), 4, data_.size(), file) != data_.size()) fail("cannot read " + path);
        std::fclose(file);
    }
    bool valid(std::uint64_t) const { return position_ < data_.size(); }
    const std::uint32_t* front() const { return &data_[position_]; }
    void pop() { position_ += static_cast<std::size_t>(chunks_); }
    std::uint64_t moved() const { return position_ / static_cast<std::size_t>(chunks_); }
    std::uint64_t total() const { return data_.size() / static_cast<std::size_t>(chunks_); }

  private:
    int chunks_;
    std::size_t position_ = 0;
    std::vector<std::uint32_t> data_;
};

// An output of the chain: words to a file, with the cycle of each.
class FileSink {
  public:
    FileSink(const std::string& folder, const std::string& name, int chunks, std::uint64_t expected)
        : chunks_(chunks), expected_(expected), words_(open(folder + "/" + name + ".bin")),
          times_(open(folder + "/" + name + ".cycles")) {}
    ~FileSink() {
        flush();
        std::fclose(words_);
        std::fclose(times_);
    }
    FileSink(const FileSink&) = delete;
    FileSink& operator=(const FileSink&) = delete;
    bool ready(std::uint64_t) const { return true; }
    void accept(const std::uint32_t* words, std::uint64_t now) {
        std::fwrite(words, 4, static_cast<std::size_t>(chunks_), words_);
        std::fwrite(&now, 8, 1, times_);
        ++moved_;
    }
    void idle(std::uint64_t, bool) {}
    void flush() {
        std::fflush(words_);
        std::fflush(times_);
    }
    std::uint64_t moved() const { return moved_; }
    bool done() const { return moved_ >= expected_; }
    std::uint64_t expected() const { return expected_; }

  private:
    static std::FILE* open(const std::string& path) {
        std::FILE* file = std::fopen(path.c_str(), "wb");
        if (!file) fail("cannot write " + path);
        return file;
    }
    int chunks_;
    std::uint64_t expected_;
    std::uint64_t moved_ = 0;
    std::FILE* words_;
    std::FILE* times_;
};

// One direction of a link: a token bucket of `rate` flits a cycle and a delay. The sending board owns the write side,
// the receiving board the read side; a flit is read no sooner than one quantum after it was written.
class Link {
  public:
    static constexpr std::uint64_t kOne = std::uint64_t{1} << 32;
    static constexpr std::uint64_t kCapacity = std::uint64_t{1} << 16;
    static constexpr int kCreditId = 255;
    static constexpr int kSampleShift = 6;  // cumulative flits (data, credits) are logged every 64 cycles

    Link(std::uint64_t rate, std::uint64_t latency, int bits)
        : rate_(std::min(rate, kOne)), latency_(latency), chunks_((bits + 31) / 32), id_shift_(bits - 8),
          words_(kCapacity * static_cast<std::uint64_t>(chunks_)), due_(kCapacity) {}

    // Sender.
    bool ready(std::uint64_t) const { return tokens_ + rate_ >= kOne; }
    void accept(const std::uint32_t* words, std::uint64_t now) {
        tokens_ = tokens_ + rate_ - kOne;
        const std::uint64_t slot = written_.load(std::memory_order_relaxed);
        if (slot - read_.load(std::memory_order_acquire) >= kCapacity) fail("a link holds more flits than credits allow");
        std::memcpy(&words_[(slot % kCapacity) * chunks_], words, 4 * static_cast<std::size_t>(chunks_));
        due_[slot % kCapacity] = now + latency_;
        ++flits_of_[id(words)];
        written_.store(slot + 1, std::memory_order_release);
        sample(now);
    }
    void idle(std::uint64_t now, bool waiting) {
        tokens_ = std::min(tokens_ + rate_, kOne);
        sender_waits_ += waiting;
        sample(now);
    }
    std::uint64_t moved() const { return written_.load(std::memory_order_relaxed); }

    // Receiver.
    bool valid(std::uint64_t now) const {
        const std::uint64_t slot = read_.load(std::memory_order_relaxed);
        return slot != written_.load(std::memory_order_acquire) && due_[slot % kCapacity] <= now;
    }
    const std::uint32_t* front() const { return &words_[(read_.load(std::memory_order_relaxed) % kCapacity) * chunks_]; }
    void pop() { read_.store(read_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
    void refused() { ++receiver_waits_; }

    const std::uint64_t* flits_of() const { return flits_of_; }
    std::uint64_t sender_waits() const { return sender_waits_; }
    std::uint64_t receiver_waits() const { return receiver_waits_; }
    void write_samples(const std::string& path) const {
        std::FILE* file = std::fopen(path.c_str(), "wb");
        if (!file) fail("cannot write " + path);
        std::fwrite(samples_.data(), 8, samples_.size(), file);
        std::fclose(file);
    }

  private:
    int id(const std::uint32_t* words) const {
        const int chunk = id_shift_ / 32;
        std::uint64_t pair = words[chunk];
        if (chunk + 1 < chunks_) pair |= static_cast<std::uint64_t>(words[chunk + 1]) << 32;
        return static_cast<int>((pair >> (id_shift_ % 32)) & 255);
    }
    void sample(std::uint64_t now) {
        if ((now & ((1u << kSampleShift) - 1)) != 0) return;
        const std::uint64_t credits = flits_of_[kCreditId];
        samples_.push_back(moved() - credits);
        samples_.push_back(credits);
    }
    std::uint64_t rate_, latency_;
    int chunks_, id_shift_;
    std::vector<std::uint32_t> words_;
    std::vector<std::uint64_t> due_;
    std::atomic<std::uint64_t> written_{0};
    alignas(64) std::atomic<std::uint64_t> read_{0};
    alignas(64) std::uint64_t tokens_ = kOne;
    std::uint64_t flits_of_[256] = {};
    std::uint64_t sender_waits_ = 0;
    std::uint64_t receiver_waits_ = 0;
    std::vector<std::uint64_t> samples_;
};

// A counter in a model, read in place, whatever its width.
class Counter {
  public:
    template <typename T>
    Counter(const T& value) : at_(&value), size_(sizeof(T)) {}
    std::uint64_t value() const {
        std::uint64_t result = 0;
        std::memcpy(&result, at_, size_);  // x86-64 and AArch64 are little-endian
        return result;
    }

  private:
    const void* at_;
    std::size_t size_;
};

// Counters of one FIFO.
struct Fifo {
    const char* name;
    Counter pushed, count, peak, full_cycles, empty_cycles;
};

// Logs the cycle of every `step`-th word taken from a FIFO.
struct Watch {
    int index;
    const QData* pushed;
    const IData* count;
    std::uint64_t step;
    std::uint64_t next;
    std::vector<std::uint64_t> cycles;

    void look(std::uint64_t now) {
        if (*pushed - *count >= next) {
            cycles.push_back(now);
            next += step;
        }
    }
};

// One port of a board as the report shows it.
struct PortState {
    const char* name;
    std::uint64_t moved;
    bool valid;
    bool ready;
};

class Board {
  public:
    virtual ~Board() = default;
    virtual void reset() = 0;
    virtual void run(std::uint64_t from, std::uint64_t to) = 0;
    virtual std::uint64_t moved() const = 0;
    virtual bool done() const { return true; }
    virtual void flush() {}
    virtual std::vector<PortState> ports() const = 0;

    const char* name = "";
    std::vector<Fifo> fifos;
    std::vector<Watch> watches;
    std::vector<std::uint64_t> full_before, empty_before;  // at the last check

    std::uint64_t pushed() const {
        std::uint64_t total = 0;
        for (const Fifo& fifo : fifos) total += fifo.pushed.value();
        return total;
    }
    void remember() {
        full_before.clear();
        empty_before.clear();
        for (const Fifo& fifo : fifos) {
            full_before.push_back(fifo.full_cycles.value());
            empty_before.push_back(fifo.empty_cycles.value());
        }
    }
};

// Workers that meet after every quantum.
class Barrier {
  public:
    explicit Barrier(int parties) : parties_(parties) {}
    void wait() {
        const unsigned phase = phase_.load(std::memory_order_acquire);
        if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == parties_) {
            arrived_.store(0, std::memory_order_relaxed);
            phase_.store(phase + 1, std::memory_order_release);
            return;
        }
        for (int spins = 0; phase_.load(std::memory_order_acquire) == phase; ++spins) {
            if (spins > 2000) std::this_thread::yield();
        }
    }

  private:
    int parties_;
    std::atomic<int> arrived_{0};
    std::atomic<unsigned> phase_{0};
};

}  // namespace chain

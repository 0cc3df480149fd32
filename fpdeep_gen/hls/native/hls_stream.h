// hls::stream for native C simulation: the vendor's interface over a queue that fibers wait on.
#pragma once

#include <cassert>  // the vendor's header brings it too
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hls_fibers.h"

namespace hls {

template <typename T, int DEPTH = 0>
class stream;

// A queue of any depth (0: unbounded). Functions take this type; streams with a depth derive from it.
template <typename T>
class stream<T, 0> : public native::StreamState {
  public:
    using value_type = T;

    // All that passes through a stream from some moment on; of an output of the top, what the top itself writes: a
    // test bench may put words back. What a bench takes out of an input is not given to the top.
    struct Record {
        bool of_top_alone = false;
        std::deque<T> pushed;  // a vector would give bits of bool
        std::size_t popped = 0;
    };

    stream() : stream("") {}
    explicit stream(const char* name) : stream(std::string(name), 0) {}
    explicit stream(const std::string& name) : stream(name, 0) {}
    ~stream() { scheduler().forget(*this); }
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;

    T read() {
        scheduler().wait(*this, native::Wait::word);
        return pop();
    }
    void read(T& word) { word = read(); }
    void write(const T& word) {
        scheduler().wait(*this, native::Wait::room);
        push(word);
    }
    bool read_nb(T& word) {
        if (empty()) {
            return false;
        }
        word = pop();
        return true;
    }
    bool write_nb(const T& word) {
        if (full()) {
            return false;
        }
        push(word);
        return true;
    }
    // In the main program these two first let the tasks run as far as they can.
    bool empty() const { return !poll(native::Wait::word); }
    bool full() const { return !poll(native::Wait::room); }
    std::size_t size() const { return count_; }
    // Starts a record with the words that are there now; nothing where one is kept already.
    std::shared_ptr<Record> record() {
        if (record_ != nullptr) {
            return nullptr;
        }
        record_ = std::make_shared<Record>();
        for (std::size_t i = 0; i < count_; ++i) {
            record_->pushed.push_back(words_[(head_ + i) % words_.size()]);
        }
        return record_;
    }
    std::size_t capacity() const { return depth_; }

    stream& operator>>(T& word) {
        read(word);
        return *this;
    }
    stream& operator<<(const T& word) {
        write(word);
        return *this;
    }

  protected:
    stream(const std::string& name, std::size_t depth) : native::StreamState(name, depth) {}

  private:
    static native::Scheduler& scheduler() { return native::Scheduler::instance(); }

    bool poll(native::Wait wait) const {
        if (scheduler().run_until(*this, wait)) {
            return true;
        }
        scheduler().polled();
        return false;
    }
    T pop() {
        T word = std::move(words_[head_]);
        head_ = (head_ + 1) % words_.size();
        --count_;
        if (record_ != nullptr && !record_->of_top_alone && !scheduler().in_top()) {
            record_->pushed.erase(record_->pushed.begin() + record_->popped);
        } else if (record_ != nullptr) {
            ++record_->popped;
        }
        scheduler().moved(*this, false);
        return word;
    }
    void push(const T& word) {
        if (count_ == words_.size()) {
            grow();
        }
        words_[(head_ + count_) % words_.size()] = word;
        ++count_;
        if (record_ != nullptr && (!record_->of_top_alone || scheduler().in_top())) {
            record_->pushed.push_back(word);
        }
        scheduler().moved(*this, true);
    }
    void grow() {
        std::vector<T> larger(words_.empty() ? 8 : 2 * words_.size());
        for (std::size_t i = 0; i < count_; ++i) {
            larger[i] = std::move(words_[(head_ + i) % words_.size()]);
        }
        words_ = std::move(larger);
        head_ = 0;
    }

    std::vector<T> words_;
    std::size_t head_ = 0;
    std::shared_ptr<Record> record_;
};

template <typename T, int DEPTH>
class stream : public stream<T, 0> {
  public:
    stream() : stream<T, 0>(std::string(), DEPTH) {}
    explicit stream(const char* name) : stream<T, 0>(std::string(name), DEPTH) {}
    explicit stream(const std::string& name) : stream<T, 0>(name, DEPTH) {}
};

// What `#pragma HLS STREAM variable=streams depth=...` asks for; a native program does not read pragmas.
#define FPDEEP_NATIVE_STREAMS
namespace native {

template <typename T, std::size_t COUNT>
void set_depth(stream<T> (&streams)[COUNT], const std::string& name, std::size_t depth) {
    for (std::size_t index = 0; index < COUNT; ++index) {
        streams[index].become(name + "_" + std::to_string(index), depth);
    }
}

}  // namespace native

}  // namespace hls

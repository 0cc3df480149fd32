// hls::burst_maxi for native C simulation: requests, then the elements of each in order.
//
// What a design may not rely on ends the program: an element that nothing asked for, one that is read while a write to
// it has no response yet, one that is written while it is asked for and not yet read, and requests that are left over.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <set>
#include <vector>

#include <ap_int.h>

namespace hls {

template <typename T>
class burst_maxi {
  public:
    using value_type = T;

    burst_maxi(T* memory) : state_(std::make_shared<State>(memory)) {}

    void read_request(std::size_t offset, std::size_t length) {
        for (const std::size_t place : state_->written) {
            check(place < offset || place >= offset + length, "read_request", place, "a write without its response");
        }
        if (length != 0) {
            state_->reads.push_back({offset, offset + length});
        }
    }
    T read() {
        check(!state_->reads.empty(), "read", 0, "no read_request");
        Range& range = state_->reads.front();
        const T value = state_->memory[range.at++];
        if (range.at == range.end) {
            state_->reads.pop_front();
        }
        return value;
    }
    void write_request(std::size_t offset, std::size_t length) { state_->writes.push_back({offset, offset + length}); }
    void write(const T& value, ap_int<sizeof(T)> enabled = -1) {
        std::size_t number = 0;
        while (number < state_->writes.size() && state_->writes[number].at == state_->writes[number].end) {
            ++number;
        }
        check(number < state_->writes.size(), "write", 0, "no write_request");
        const std::size_t place = state_->writes[number].at++;
        for (const Range& read : state_->reads) {
            check(place < read.at || place >= read.end, "write", place, "a read_request that is not yet read");
        }
        state_->written.insert(place);
        auto* const target = reinterpret_cast<unsigned char*>(state_->memory + place);
        const auto* const source = reinterpret_cast<const unsigned char*>(&value);
        for (std::size_t byte = 0; byte < sizeof(T); ++byte) {
            if (enabled[int(byte)]) {
                target[byte] = source[byte];
            }
        }
    }
    void write_response() {
        check(!state_->writes.empty(), "write_response", 0, "no write_request");
        const Range& range = state_->writes.front();
        check(range.at == range.end, "write_response", range.at, "a request that is not yet written");
        for (std::size_t place = range.begin; place < range.end; ++place) {
            state_->written.erase(state_->written.find(place));
        }
        state_->writes.pop_front();
    }

    // For the recorder of a top's calls.
    T* memory() const { return state_->memory; }
    void finished() const {
        check(state_->reads.empty(), "the end of the top", 0, "a read_request that is not read");
        check(state_->writes.empty(), "the end of the top", 0, "a write_request without its write_response");
    }

  private:
    struct Range {
        std::size_t begin, end, at;
        Range(std::size_t first, std::size_t last) : begin(first), end(last), at(first) {}
    };
    struct State {
        explicit State(T* start) : memory(start) {}
        T* memory;
        std::deque<Range> reads, writes;
        std::multiset<std::size_t> written;  // elements whose request has no response yet
    };

    static void check(bool holds, const char* what, std::size_t place, const char* found) {
        if (!holds) {
            std::fprintf(stderr, "hls::burst_maxi: %s meets %s (element %zu)\n", what, found, place);
            std::fflush(nullptr);
            std::_Exit(4);
        }
    }

    std::shared_ptr<State> state_;  // copies of a port are the same port
};

}  // namespace hls

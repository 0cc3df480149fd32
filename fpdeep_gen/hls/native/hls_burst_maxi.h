// hls::burst_maxi for native C simulation: requests, then the elements of each in order.
//
// What a design may not rely on ends the program: an element that nothing asked for, one that is read while a write to
// it has no response yet, one that is written while it is asked for and not yet read, and requests that are left over.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>

#include <ap_int.h>

namespace hls {

template <typename T>
class burst_maxi {
  public:
    using value_type = T;

    burst_maxi(T* memory) : state_(std::make_shared<State>(memory)) {}

    void read_request(std::size_t offset, std::size_t length) {
        read_request_unaligned<T>(offset * sizeof(T), length);
    }
    void write_request(std::size_t offset, std::size_t length) {
        write_request_unaligned<T>(offset * sizeof(T), length);
    }
    T read() { return read<T>(); }
    void write(const T& value, ap_int<sizeof(T)> enabled = -1) { write<T, T>(value, enabled); }
    // Elements of type U, one behind the other, from any byte on.
    template <typename U = T>
    void read_request_unaligned(std::size_t byte, std::size_t length) {
        const Range range(byte, length, sizeof(U));
        if (length == 0) {
            return;
        }
        for (const Range& write : state_->writes) {
            const std::size_t first = std::max(byte, write.begin);
            check(!write.meets(byte, range.end, write.begin, write.at), "read_request", first, "a write without its response");
        }
        state_->reads.push_back(range);
    }
    template <typename U>
    U read() {
        static_assert(sizeof(U) <= sizeof(T));
        check(!state_->reads.empty(), "read", 0, "no read_request");
        Range& range = state_->reads.front();
        check(range.size == sizeof(U), "read", range.at, "a read_request of elements of another size");
        U value;
        std::memcpy(&value, bytes() + range.at, sizeof(U));
        range.at += sizeof(U);
        if (range.at == range.end) {
            state_->reads.pop_front();
        }
        return value;
    }
    template <typename U = T>
    void write_request_unaligned(std::size_t byte, std::size_t length) {
        state_->writes.push_back(Range(byte, length, sizeof(U)));
    }
    template <typename U, typename V>
    void write(const V& given, ap_int<sizeof(U)> enabled = -1) {
        static_assert(sizeof(U) <= sizeof(T));
        std::size_t number = 0;
        while (number < state_->writes.size() && state_->writes[number].at == state_->writes[number].end) {
            ++number;
        }
        check(number < state_->writes.size(), "write", 0, "no write_request");
        Range& range = state_->writes[number];
        check(range.size == sizeof(U), "write", range.at, "a write_request of elements of another size");
        const std::size_t place = range.at;
        range.at += sizeof(U);
        for (const Range& read : state_->reads) {
            check(!read.meets(place, range.at, read.at, read.end), "write", place, "a read_request that is not yet read");
        }
        const U value = static_cast<U>(given);
        const auto* const source = reinterpret_cast<const unsigned char*>(&value);
        for (std::size_t byte = 0; byte < sizeof(U); ++byte) {
            if (enabled[int(byte)]) {
                bytes()[place + byte] = source[byte];
            }
        }
    }
    void write_response() {
        check(!state_->writes.empty(), "write_response", 0, "no write_request");
        const Range& range = state_->writes.front();
        check(range.at == range.end, "write_response", range.at, "a request that is not yet written");
        state_->writes.pop_front();
    }

    // For the recorder of a top's calls.
    T* memory() const { return state_->memory; }
    void finished() const {
        check(state_->reads.empty(), "the end of the top", 0, "a read_request that is not read");
        check(state_->writes.empty(), "the end of the top", 0, "a write_request without its write_response");
    }

  private:
    struct Range {  // in bytes; `at`: the next one, `size`: of an element
        std::size_t begin, end, at, size;
        Range(std::size_t byte, std::size_t length, std::size_t element)
            : begin(byte), end(byte + length * element), at(byte), size(element) {}
        static bool meets(std::size_t first, std::size_t last, std::size_t from, std::size_t to) {
            return first < to && from < last;
        }
    };
    struct State {
        explicit State(T* start) : memory(start) {}
        T* memory;
        std::deque<Range> reads, writes;  // a write stays until its response
    };
    unsigned char* bytes() const { return reinterpret_cast<unsigned char*>(state_->memory); }

    static void check(bool holds, const char* what, std::size_t place, const char* found) {
        if (!holds) {
            std::fprintf(stderr, "hls::burst_maxi: %s meets %s (element %zu)\n", what, found, place / sizeof(T));
            std::fflush(nullptr);
            std::_Exit(4);
        }
    }

    std::shared_ptr<State> state_;  // copies of a port are the same port
};

}  // namespace hls

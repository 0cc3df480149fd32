// Records the calls of a top function: what goes in and what comes out of each argument, into files.
//
// <folder>/<name>.in and .out hold the integers of all calls one after the other (of a stream: of all words), each in
// ceil(bits / 32) little-endian uint32. <folder>/record.txt has lines `runs N N ...`, a number a call (an auto-restart is
// one call), `ended N`, and for each stream that the top reads, `taken NAME N`; then `port NAME NUMBER` for these streams
// and the journals of the fibers, whose streams have numbers.
// The code that is no template is in fpdeep_record.cpp, compiled once on a machine.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "fpdeep_layout.h"
#include "hls_stream.h"
#include "hls_task.h"

namespace hls {
template <typename T>
class burst_maxi;
}

namespace fpdeep {

template <int I, typename F>
struct argument;
template <typename R, typename A, typename... B>
struct argument<0, R(A, B...)> {
    using type = A;
};
template <int I, typename R, typename A, typename... B>
struct argument<I, R(A, B...)> : argument<I - 1, R(B...)> {};
template <int I, typename F>
using argument_t = typename argument<I, F>::type;
template <typename F>
struct returned;
template <typename R, typename... A>
struct returned<R(A...)> {
    using type = R;
};
template <typename F>
using returned_t = typename returned<F>::type;
template <typename T>
using plain_t = std::remove_cv_t<std::remove_reference_t<T>>;
template <typename T>
using pointed_t = std::remove_cv_t<std::remove_pointer_t<plain_t<T>>>;
// The type of an array argument's elements, its first dimension taken off.
template <typename T>
struct element_of {
    using type = std::remove_cv_t<std::conditional_t<std::is_pointer_v<T>, std::remove_pointer_t<T>, std::remove_extent_t<T>>>;
};
template <typename T>
struct element_of<hls::burst_maxi<T>> {
    using type = T;
};
template <typename T>
using element_t = typename element_of<plain_t<T>>::type;

// Streams in an array of any dimensions: how many a type holds, and number `place` of all.
template <typename T>
inline constexpr std::size_t streams_in = 1;
template <typename T, std::size_t COUNT>
inline constexpr std::size_t streams_in<T[COUNT]> = COUNT * streams_in<T>;
template <typename T>
auto& stream_at(T& streams, std::size_t place) {
    constexpr std::size_t inner = streams_in<std::remove_reference_t<decltype(streams[0])>>;
    if constexpr (std::is_array_v<std::remove_reference_t<decltype(streams[0])>>) {
        return stream_at(streams[place / inner], place % inner);
    } else {
        return streams[place];
    }
}

// The first element behind an array argument; a reference is to one.
template <typename T>
auto* memory_of(T& array) {
    if constexpr (std::is_pointer_v<T> || std::is_array_v<T>) {
        return &array[0];
    } else {
        return &array;
    }
}
template <typename T>
T* memory_of(hls::burst_maxi<T>& port) {
    return port.memory();
}
// An array as an argument of type `Parameter`: its element where that is a reference to one.
template <typename Parameter, typename T, std::size_t COUNT>
auto& handed(T (&array)[COUNT]) {
    if constexpr (std::is_same_v<plain_t<Parameter>, T>) {
        return array[0];
    } else {
        return array;
    }
}
// All of an array argument, of which C++ knows the first element.
template <std::size_t COUNT, typename T>
T (&whole(T* first))[COUNT] {
    return *reinterpret_cast<T(*)[COUNT]>(first);
}
template <std::size_t COUNT, typename T>
T (&whole(T (&array)[COUNT]))[COUNT] {
    return array;
}
// The structure that an argument is, or points at, and a structure as an argument of type `Parameter`.
template <typename T>
auto& structure_of(T& whole) {
    if constexpr (std::is_pointer_v<T>) {
        return *whole;
    } else {
        return whole;
    }
}
template <typename Parameter, typename T>
Parameter structure_as(T& whole) {
    if constexpr (std::is_pointer_v<Parameter>) {
        return &whole;
    } else {
        return whole;
    }
}
// What a top leaves over of its array arguments.
template <typename T>
void finished(const T&) {}
template <typename T>
void finished(const hls::burst_maxi<T>& port) {
    port.finished();
}

class Recorder {
  public:
    static Recorder& instance();

    void begin();
    // Of a top that is restarted by count: whether a call begins, or ends, what one start makes.
    bool begins();
    bool ends() const;
    void end() { ++ended_; }
    static void call(bool begins) { hls::native::Scheduler::instance().call_top(begins); }

    template <typename L, typename T>
    void given(const char* name, const T& value) {
        append_integers<L>(value, given_cells(name));
    }
    template <typename L, typename T>
    void made(const char* name, const T& value) {
        append_integers<L>(value, made_cells(name));
    }
    template <typename L, typename T>
    void given_array(const char* name, const T* values, std::size_t count) {
        std::vector<std::uint32_t>* const cells = count == 0 ? nullptr : &given_cells(name);
        for (std::size_t i = 0; i < count; ++i) {
            append_integers<L>(values[i], *cells);
        }
    }
    template <typename L, typename T>
    void made_array(const char* name, const T* values, std::size_t count) {
        std::vector<std::uint32_t>* const cells = count == 0 ? nullptr : &made_cells(name);
        for (std::size_t i = 0; i < count; ++i) {
            append_integers<L>(values[i], *cells);
        }
    }
    // An array that tasks use, in a copy that stays there when the caller's is gone, as an argument; what tasks write
    // goes on to the caller's. It is that of the first call, recorded before it and at the end of the program.
    template <typename L, typename Parameter, typename T>
    Parameter kept(const char* name, T* values, std::size_t count) {
        using Value = std::remove_cv_t<T>;
        std::vector<char>& copy = kept_bytes(name);
        if (copy.empty()) {
            given_array<L>(name, values, count);
            const char* const first = reinterpret_cast<const char*>(values);
            copy.assign(first, first + count * sizeof(T));
            if constexpr (!std::is_const_v<std::remove_all_extents_t<T>>) {
                auto told = std::make_shared<std::vector<char>>(copy);
                hls::native::Scheduler::instance().at_return([&copy, told, values] {
                    for (std::size_t at = 0; at < copy.size(); ++at) {
                        if (copy[at] != (*told)[at]) {
                            reinterpret_cast<char*>(values)[at] = (*told)[at] = copy[at];
                        }
                    }
                });
            }
            at_end([this, name, count, &copy] {
                made_array<L>(name, reinterpret_cast<const Value*>(copy.data()), count);
            });
        }
        if constexpr (std::is_reference_v<Parameter>) {
            return reinterpret_cast<Parameter>(copy[0]);
        } else {
            return reinterpret_cast<Parameter>(copy.data());
        }
    }
    // Where an array that shares its memory lies in this call.
    template <typename T>
    void place(const char* name, const T* first) {
        place(name, sizeof(T), reinterpret_cast<std::uintptr_t>(first));
    }
    template <typename L, typename T>
    void stream(const char* name, bool is_input, hls::stream<T, 0>& stream) {
        std::vector<std::uint32_t>& target = is_input ? given_cells(name) : made_cells(name);
        if (is_input) {
            reads(name, stream);
        }
        const std::shared_ptr<typename hls::stream<T, 0>::Record> record = stream.record();
        if (record == nullptr) {
            return;
        }
        record->of_top_alone = !is_input;
        const std::size_t before = is_input ? 0 : record->pushed.size();
        at_end([this, name, is_input, record, before, &target] {
            for (std::size_t i = before; i < record->pushed.size(); ++i) {
                append_integers<L>(record->pushed[i], target);
            }
            if (is_input) {
                taken(name, record->popped);
            }
        });
    }

    // Writes the files; called at the end of the program.
    void finish();

    // Lets the tasks run as far as they can.
    static void settle();

  private:
    Recorder();
    ~Recorder();
    std::vector<std::uint32_t>& given_cells(const char* name);
    std::vector<std::uint32_t>& made_cells(const char* name);
    std::vector<char>& kept_bytes(const char* name);
    void place(const char* name, std::size_t size, std::uintptr_t where);
    void reads(const char* name, const hls::native::StreamState& stream);
    void taken(const char* name, std::size_t count);
    void at_end(std::function<void()> todo);

    std::vector<int> runs_;
    std::size_t ended_ = 0;
    std::map<std::string, std::vector<std::uint32_t>> given_, made_;
    std::map<std::string, std::size_t> taken_, sizes_;
    std::map<std::string, std::vector<std::uintptr_t>> places_;
    std::map<std::string, const hls::native::StreamState*> ports_;
    std::map<std::string, std::vector<char>> kept_;
    std::vector<std::function<void()>> ends_;
};

struct AtEnd {
    AtEnd();
};

// The integers of a file that a stimulus gives.
std::vector<std::uint32_t> stimulus(const char* name);

// Puts all words of a stimulus into a stream.
template <typename L, typename T>
void fill(hls::stream<T, 0>& stream, const char* name) {
    const std::vector<std::uint32_t> cells = stimulus(name);
    const std::uint32_t* at = cells.data();
    while (at < cells.data() + cells.size() - 1) {
        T word{};
        at = take_integers<L>(word, at);
        stream.write(word);
    }
}

}  // namespace fpdeep

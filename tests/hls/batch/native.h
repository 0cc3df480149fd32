// Runs kernels natively: `run(top, names, calls)` feeds each stream argument from its word file where there is one, calls
// the top, and writes the words that come out and how many of an input were left. The types come from the top's signature.
#pragma once
#include <cstdlib>
#include <cstring>  // strcmp, of the program that is made
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

#include "fpdeep_layout.h"
#include "fpdeep_words.h"

namespace batch {

inline std::string& folder() {
    static std::string path;
    return path;
}
inline std::string file_of(const std::string& name) { return folder() + "/" + name + ".bin"; }
inline bool exists(const std::string& name) { return std::ifstream(file_of(name)).good(); }

// Structures and fixed point, whose bits only the compiler's layout tells
template <typename T, typename = void> struct HasLayout : std::false_type {};
template <typename T> struct HasLayout<T, std::void_t<decltype(fpdeep::WordLayout<T>::width)>> : std::true_type {};

template <typename L, typename T>
void feed_laid(const std::string& name, hls::stream<T>& stream) {
    std::ifstream file(file_of(name), std::ios::binary);
    std::vector<std::uint32_t> cells((L::width + 31) / 32), one((L::width + 31) / 32 + 1);
    while (file.read(reinterpret_cast<char*>(cells.data()), 4 * cells.size())) {
        T word{};
        int at = 0;
        fpdeep::visit<L>(word, [&](auto& value, auto width) {
            for (int i = 0; i < width; i++, at++) {
                if (i % 32 == 0) one[i / 32] = 0;
                one[i / 32] |= (cells[at / 32] >> at % 32 & 1) << i % 32;
            }
            fpdeep::integer_from_cells<width>(value, one.data());
        });
        stream.write(word);
    }
}

template <typename L, typename T>
void take_laid(const std::string& name, hls::stream<T>& stream) {
    std::ofstream file(folder() + "/" + name + ".out", std::ios::binary);
    std::vector<std::uint32_t> one((L::width + 31) / 32 + 1);
    while (stream.size()) {
        T word = stream.read();
        std::vector<std::uint32_t> cells((L::width + 31) / 32);
        int at = 0;
        fpdeep::visit<L>(word, [&](auto& value, auto width) {
            fpdeep::integer_to_cells<width>(value, one.data());
            for (int i = 0; i < width; i++, at++) cells[at / 32] |= (one[i / 32] >> i % 32 & 1) << at % 32;
        });
        file.write(reinterpret_cast<const char*>(cells.data()), 4 * cells.size());
    }
}

template <typename L, typename T>
void feed(const std::string& name, hls::stream<T>& stream) {
    if (!exists(name)) return;
    if constexpr (HasLayout<T>::value) {
        fpdeep::read_words<T>(file_of(name), stream);
    } else {
        feed_laid<L>(name, stream);
    }
}

template <typename L, typename T>
void take(const std::string& name, hls::stream<T>& stream) {
    const std::size_t words = stream.size();
    if (!exists(name)) {
        if constexpr (HasLayout<T>::value) {
            fpdeep::write_words<T>(folder() + "/" + name + ".out", stream, words);
        } else {
            take_laid<L>(name, stream);
        }
    } else {
        std::ofstream(folder() + "/" + name + ".left") << words;
    }
}

inline void settle() {  // tasks go on until nothing moves
    static hls::stream<int> never;
    hls::native::Scheduler::instance().run_until(never, hls::native::Wait::word);
}

template <typename Formal, typename L> struct Argument;
template <typename T, typename L>
struct Argument<hls::stream<T>&, L> {
    hls::stream<T> stream;
    hls::stream<T>& get() { return stream; }
    void feed(const std::vector<std::string>& names, std::size_t& at) { batch::feed<L>(names[at++], stream); }
    void take(const std::vector<std::string>& names, std::size_t& at) { batch::take<L>(names[at++], stream); }
};
template <typename T, std::size_t N, typename L>
struct Argument<hls::stream<T> (&)[N], L> {
    hls::stream<T> streams[N];
    hls::stream<T> (&get())[N] { return streams; }
    void feed(const std::vector<std::string>& names, std::size_t& at) {
        for (auto& stream : streams) batch::feed<L>(names[at++], stream);
    }
    void take(const std::vector<std::string>& names, std::size_t& at) {
        for (auto& stream : streams) batch::take<L>(names[at++], stream);
    }
};

template <typename... L> struct Words {};  // layouts, one an argument

template <typename... Formals, typename... L>
int run(void (*top)(Formals...), Words<L...>, const std::vector<std::string>& names, int calls) {
    auto& arguments = *new std::tuple<Argument<Formals, L>...>;  // tasks may hold them until the program's end
    std::size_t at = 0;
    std::apply([&](auto&... one) { (one.feed(names, at), ...); }, arguments);
    for (int i = 0; i < calls; i++) std::apply([&](auto&... one) { top(one.get()...); }, arguments);
    settle();
    at = 0;
    std::apply([&](auto&... one) { (one.take(names, at), ...); }, arguments);
    return 0;
}

}  // namespace batch

// Runs kernels natively: `run(top, names, calls)` feeds each stream argument from its word file where there is one, calls
// the top, and writes the words that come out and how many of an input were left. The types come from the top's signature.
#pragma once
#include <cstdlib>
#include <cstring>  // strcmp, of the program that is made
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

#include "fpdeep_words.h"

namespace batch {

inline std::string& folder() {
    static std::string path;
    return path;
}
inline std::string file_of(const std::string& name) { return folder() + "/" + name + ".bin"; }
inline bool exists(const std::string& name) { return std::ifstream(file_of(name)).good(); }

template <typename T>
void feed(const std::string& name, hls::stream<T>& stream) {
    if (exists(name)) fpdeep::read_words<T>(file_of(name), stream);
}

template <typename T>
void take(const std::string& name, hls::stream<T>& stream) {
    const std::size_t words = stream.size();
    if (!exists(name)) {
        fpdeep::write_words<T>(folder() + "/" + name + ".out", stream, words);
    } else {
        std::ofstream(folder() + "/" + name + ".left") << words;
    }
}

inline void settle() {  // tasks go on until nothing moves
    static hls::stream<int> never;
    hls::native::Scheduler::instance().run_until(never, hls::native::Wait::word);
}

template <typename Formal> struct Argument;
template <typename T>
struct Argument<hls::stream<T>&> {
    hls::stream<T> stream;
    hls::stream<T>& get() { return stream; }
    void feed(const std::vector<std::string>& names, std::size_t& at) { batch::feed(names[at++], stream); }
    void take(const std::vector<std::string>& names, std::size_t& at) { batch::take(names[at++], stream); }
};
template <typename T, std::size_t N>
struct Argument<hls::stream<T> (&)[N]> {
    hls::stream<T> streams[N];
    hls::stream<T> (&get())[N] { return streams; }
    void feed(const std::vector<std::string>& names, std::size_t& at) {
        for (auto& stream : streams) batch::feed(names[at++], stream);
    }
    void take(const std::vector<std::string>& names, std::size_t& at) {
        for (auto& stream : streams) batch::take(names[at++], stream);
    }
};

template <typename... Formals>
int run(void (*top)(Formals...), const std::vector<std::string>& names, int calls) {
    auto& arguments = *new std::tuple<Argument<Formals>...>;  // tasks may hold them until the program's end
    std::size_t at = 0;
    std::apply([&](auto&... one) { (one.feed(names, at), ...); }, arguments);
    for (int i = 0; i < calls; i++) std::apply([&](auto&... one) { top(one.get()...); }, arguments);
    settle();
    at = 0;
    std::apply([&](auto&... one) { (one.take(names, at), ...); }, arguments);
    return 0;
}

}  // namespace batch

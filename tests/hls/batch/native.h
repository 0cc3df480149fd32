// Runs kernels natively: `run(top, names, calls)` feeds each stream argument from its word file where there is one, calls
// the top, and writes the words that come out. The types come from the top's signature.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <type_traits>
#include <vector>

#include "fpdeep_words.h"

namespace batch {

// The layout of everything that fpdeep_words.h has none for: native integers.
template <typename T, bool NATIVE = std::is_integral<T>::value>
struct Layout : fpdeep::WordLayout<T> {};
template <typename T>
struct Layout<T, true> {
    static constexpr int width = std::is_same<T, bool>::value ? 1 : 8 * sizeof(T), elements = 1;
};

inline std::string& folder() {
    static std::string path;
    return path;
}
inline std::string file_of(const std::string& name) { return folder() + "/" + name + ".bin"; }
inline bool exists(const std::string& name) { return std::ifstream(file_of(name)).good(); }

template <typename T>
void feed(const std::string& name, hls::stream<T>& stream) {
    if (!exists(name)) return;
    if constexpr (std::is_integral<T>::value) {
        constexpr int cells = (Layout<T>::width + 31) / 32;
        std::ifstream file(file_of(name), std::ios::binary);
        std::uint32_t word[cells];
        while (file.read(reinterpret_cast<char*>(word), sizeof word)) {
            unsigned long long value = word[0];
            if (cells > 1) value |= (unsigned long long)word[cells - 1] << 32;
            stream.write(T(value));
        }
    } else {
        fpdeep::read_words<T>(file_of(name), stream);
    }
}

template <typename T>
void take(const std::string& name, hls::stream<T>& stream) {
    const std::size_t words = stream.size();
    if (exists(name)) {  // an input: nothing may be left
        if (words == 0) return;
        std::fprintf(stderr, "%zu words left in stream %s\n", words, name.c_str());
        std::exit(5);
    }
    const std::string path = folder() + "/" + name + ".out";
    if constexpr (std::is_integral<T>::value) {
        std::ofstream file(path, std::ios::binary);
        for (std::size_t i = 0; i < words; i++) {
            const unsigned long long value = (unsigned long long)stream.read() << (64 - Layout<T>::width) >> (64 - Layout<T>::width);
            file.write(reinterpret_cast<const char*>(&value), (Layout<T>::width + 31) / 32 * 4);
        }
    } else {
        fpdeep::write_words<T>(path, stream, words);
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

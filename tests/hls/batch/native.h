// Runs kernels natively: `run(top, words, names, calls)` feeds each stream from the file of its name where there is one, calls
// the top, and writes the words that come out and how many of an input were left. The types come from the top's signature.
#pragma once
#include <cstdlib>
#include <cstring>  // strcmp, of the program that is made
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "fpdeep_layout.h"
#include "hls_stream.h"
#include "hls_vector.h"

namespace batch {

inline std::string& folder() {
    static std::string path;
    return path;
}
inline std::string file_of(const std::string& name) { return folder() + "/" + name + ".bin"; }
inline void copy_bits(const std::uint32_t* from, int first, std::uint32_t* to, int at, int width) {
    for (int i = 0; i < width; i++, first++, at++) {
        if (at % 32 == 0) to[at / 32] = 0;
        to[at / 32] |= (from[first / 32] >> first % 32 & 1) << at % 32;
    }
}
inline bool exists(const std::string& name) { return std::ifstream(file_of(name)).good(); }

// What is a template here is instantiated for each type of word, so it does little
template <typename L, typename T>
void feed_words(std::ifstream&& file, hls::stream<T>& stream) {
    std::uint32_t cells[(L::width + 31) / 32], one[(L::width + 31) / 32 + 1];
    while (file.read(reinterpret_cast<char*>(cells), sizeof(cells))) {
        T word{};
        int at = 0;
        fpdeep::visit<L>(word, [&](auto& value, auto width) {
            copy_bits(cells, at, one, 0, width);
            fpdeep::integer_from_cells<width>(value, one);
            at += width;
        });
        stream.write(word);
    }
}

template <typename L, typename T>
void take_words(std::ofstream&& file, hls::stream<T>& stream) {
    std::uint32_t cells[(L::width + 31) / 32], one[(L::width + 31) / 32 + 1];
    while (stream.size()) {
        T word = stream.read();
        int at = 0;
        fpdeep::visit<L>(word, [&](auto& value, auto width) {
            fpdeep::integer_to_cells<width>(value, one);
            copy_bits(one, 0, cells, at, width);
            at += width;
        });
        file.write(reinterpret_cast<const char*>(cells), sizeof(cells));
    }
}

template <typename L, typename T>
void feed(const std::string& name, hls::stream<T>& stream) {
    if (exists(name)) feed_words<L>(std::ifstream(file_of(name), std::ios::binary), stream);
}

template <typename L, typename T>
void take(const std::string& name, hls::stream<T>& stream) {
    if (exists(name)) {
        std::ofstream(folder() + "/" + name + ".left") << stream.size();
    } else {
        take_words<L>(std::ofstream(folder() + "/" + name + ".out", std::ios::binary), stream);
    }
}

inline void settle() {  // tasks go on until nothing moves
    static hls::stream<int> never;
    hls::native::Scheduler::instance().run_until(never, hls::native::Wait::word);
}

template <std::size_t I, typename Formal, typename L> struct Argument;
template <std::size_t I, typename T, typename L>
struct Argument<I, hls::stream<T>&, L> {
    hls::stream<T> stream;
    hls::stream<T>& get() { return stream; }
    void feed(const std::string& name) { batch::feed<L>(name, stream); }
    void take(const std::string& name) { batch::take<L>(name, stream); }
};
template <std::size_t I, typename T, std::size_t N, typename L>
struct Argument<I, hls::stream<T> (&)[N], L> {
    hls::stream<T> streams[N];
    hls::stream<T> (&get())[N] { return streams; }
    static std::string name_of(const std::string& name, std::size_t i) { return N == 1 ? name : name + "_" + std::to_string(i); }
    void feed(const std::string& name) {
        for (std::size_t i = 0; i < N; i++) batch::feed<L>(name_of(name, i), streams[i]);
    }
    void take(const std::string& name) {
        for (std::size_t i = 0; i < N; i++) batch::take<L>(name_of(name, i), streams[i]);
    }
};

template <typename... L> struct Words {};  // layouts, one an argument
template <typename... A> struct Arguments : A... {};  // lighter than a tuple

template <std::size_t... I, typename... Formals, typename... L>
int run_with(std::index_sequence<I...>, void (*top)(Formals...), Words<L...>, const std::string* names, int calls) {
    auto& arguments = *new Arguments<Argument<I, Formals, L>...>;  // tasks may hold them until the program's end
    (static_cast<Argument<I, Formals, L>&>(arguments).feed(names[I]), ...);
    for (int i = 0; i < calls; i++) top(static_cast<Argument<I, Formals, L>&>(arguments).get()...);
    settle();
    (static_cast<Argument<I, Formals, L>&>(arguments).take(names[I]), ...);
    return 0;
}

template <typename... Formals, typename... L>
int run(void (*top)(Formals...), Words<L...> words, const std::vector<std::string>& names, int calls) {
    return run_with(std::index_sequence_for<Formals...>{}, top, words, names.data(), calls);
}

}  // namespace batch

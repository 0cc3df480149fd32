// What recorders and fibers do: the same for all kernels, compiled once on a machine.
#include "fpdeep_record.h"

#include "hls_fibers_code.h"

namespace fpdeep {

Recorder& Recorder::instance() {
    static Recorder* const recorder = new Recorder;
    return *recorder;
}

Recorder::Recorder() { hls::native::Scheduler::instance().keep_journals(); }
Recorder::~Recorder() = default;

void Recorder::begin() { runs_.push_back(1); }

bool Recorder::begins() {
    if (hls::native::Run::now().number == 0) {
        runs_.push_back(hls::native::Run::now().count);
    }
    return hls::native::Run::now().number == 0;
}

bool Recorder::ends() const { return hls::native::Run::now().number == hls::native::Run::now().count - 1; }

std::vector<std::uint32_t>& Recorder::given_cells(const char* name) { return given_[name]; }
std::vector<std::uint32_t>& Recorder::made_cells(const char* name) { return made_[name]; }
std::vector<char>& Recorder::kept_bytes(const char* name) { return kept_[name]; }

void Recorder::place(const char* name, std::size_t size, std::uintptr_t where) {
    sizes_[name] = size;
    places_[name].push_back(where);
}

void Recorder::reads(const char* name, const hls::native::StreamState& stream) {
    taken_[name];
    ports_.try_emplace(name, &stream);
}

void Recorder::taken(const char* name, std::size_t count) { taken_[name] += count; }
void Recorder::at_end(std::function<void()> todo) { ends_.push_back(std::move(todo)); }

static void write(const std::string& path, const std::vector<std::uint32_t>& cells) {
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    if (file == nullptr || std::fwrite(cells.data(), 4, cells.size(), file) != cells.size()) {
        std::fprintf(stderr, "%s: cannot be written\n", path.c_str());
        std::_Exit(4);
    }
    std::fclose(file);
}

void Recorder::finish() {
    const char* const folder = std::getenv("FPDEEP_RECORD");
    if (folder == nullptr) {
        return;
    }
    hls::native::Scheduler::instance().forget_returns();
    settle();
    for (const auto& end : ends_) {
        end();
    }
    const std::string base = std::string(folder) + "/";
    for (const auto& [name, cells] : given_) {
        write(base + name + ".in", cells);
    }
    for (const auto& [name, cells] : made_) {
        write(base + name + ".out", cells);
    }
    std::FILE* const file = std::fopen((base + "record.txt").c_str(), "w");
    if (file == nullptr) {
        return;
    }
    std::fprintf(file, "runs");
    for (const int count : runs_) {
        std::fprintf(file, " %d", count);
    }
    std::fprintf(file, "\nended %zu\n", ended_);
    for (const auto& [name, count] : taken_) {
        std::fprintf(file, "taken %s %zu\n", name.c_str(), count);
    }
    for (const auto& [name, places] : places_) {
        std::fprintf(file, "place %s %zu", name.c_str(), sizes_[name]);
        for (const std::uintptr_t place : places) {
            std::fprintf(file, " %llu", static_cast<unsigned long long>(place));
        }
        std::fprintf(file, "\n");
    }
    hls::native::Journal::Numbers numbers;
    for (const auto& [name, stream] : ports_) {
        const std::size_t number = numbers.try_emplace(stream, numbers.size()).first->second;
        std::fprintf(file, "port %s %zu\n", name.c_str(), number);
    }
    hls::native::Scheduler::instance().write_journals(file, numbers);
    std::fclose(file);
}

void Recorder::settle() {
    hls::stream<char> never("never");
    (void)never.empty();
}

AtEnd::AtEnd() {
    std::atexit([] { Recorder::instance().finish(); });
}

std::vector<std::uint32_t> stimulus(const char* name) {
    const char* const folder = std::getenv("FPDEEP_STIMULUS");
    const std::string path = std::string(folder == nullptr ? "." : folder) + "/" + name + ".in";
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    std::vector<std::uint32_t> cells;
    if (file == nullptr) {
        std::fprintf(stderr, "%s: cannot be opened\n", path.c_str());
        std::exit(4);
    }
    std::uint32_t cell = 0;
    while (std::fread(&cell, 4, 1, file) == 1) {
        cells.push_back(cell);
    }
    std::fclose(file);
    cells.push_back(0);
    return cells;
}

}  // namespace fpdeep

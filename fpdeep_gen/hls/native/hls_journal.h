// What a fiber did with streams, cut into steps: for each step, how many words of which stream it took and gave.
//
// A step is an activation. A fiber whose first activation never ends is cut at the stream that it waits for in the end:
// after each word that it moved there; one that waits for nothing, after every word.
#pragma once

#include <cstddef>
#include <cstdio>
#include <map>
#include <utility>
#include <vector>

namespace hls::native {

class StreamState;

class Journal {
  public:
    using Numbers = std::map<const StreamState*, std::size_t>;

    // `depth`: the stream's, which may be gone when the journal is written.
    void moved(const StreamState& stream, std::size_t depth, bool pushed) {
        depths_.try_emplace(&stream, depth);
        if (steps_.empty()) {
            first_.push_back({&stream, pushed});
        } else {
            ++(pushed ? now_[&stream].second : now_[&stream].first);
        }
    }

    void ended() {
        if (steps_.empty()) {
            now_ = counts(0, first_.size());
            first_ = {};
        }
        if (!steps_.empty() && steps_.back().second == now_) {
            ++steps_.back().first;
        } else {
            steps_.push_back({1, now_});
        }
        now_.clear();
    }

    // Lines `step REPEATED STREAM:POPPED:PUSHED ...`, one `open ...` of what came behind the last step, and
    // `stream NUMBER DEPTH` for each stream there. `last`: the stream that the fiber waits for, or null.
    void write(std::FILE* file, const StreamState* last, Numbers& numbers) const {
        for (const auto& [repeated, counts] : steps_) {
            std::fprintf(file, "step %zu", repeated);
            write_counts(file, counts, numbers);
        }
        std::size_t begin = 0;
        for (std::size_t at = 0; at < first_.size(); ++at) {
            if (last == nullptr || first_[at].first == last) {
                std::fprintf(file, "step 1");
                write_counts(file, counts(begin, at + 1), numbers);
                begin = at + 1;
            }
        }
        std::fprintf(file, "open");
        write_counts(file, steps_.empty() ? counts(begin, first_.size()) : now_, numbers);
        for (const auto& [stream, depth] : depths_) {
            std::fprintf(file, "stream %zu %zu\n", numbers.try_emplace(stream, numbers.size()).first->second, depth);
        }
    }

  private:
    using Counts = std::map<const StreamState*, std::pair<std::size_t, std::size_t>>;

    Counts counts(std::size_t begin, std::size_t end) const {
        Counts found;
        for (std::size_t at = begin; at < end; ++at) {
            ++(first_[at].second ? found[first_[at].first].second : found[first_[at].first].first);
        }
        return found;
    }

    static void write_counts(std::FILE* file, const Counts& counts, Numbers& numbers) {
        for (const auto& [stream, moved] : counts) {
            const std::size_t number = numbers.try_emplace(stream, numbers.size()).first->second;
            std::fprintf(file, " %zu:%zu:%zu", number, moved.first, moved.second);
        }
        std::fprintf(file, "\n");
    }

    std::vector<std::pair<const StreamState*, bool>> first_;  // of the first activation, in order
    std::vector<std::pair<std::size_t, Counts>> steps_;       // equal ones in a row are one
    Counts now_;
    Numbers depths_;
};

}  // namespace hls::native

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
    void moved(const StreamState& stream, std::size_t depth, bool pushed);

    void ended();

    // Lines `step REPEATED STREAM:POPPED:PUSHED ...`, one `open ...` of what came behind the last step, and
    // `stream NUMBER DEPTH` for each stream there. `last`: the stream that the fiber waits for, or null.
    void write(std::FILE* file, const StreamState* last, Numbers& numbers) const;

  private:
    using Counts = std::map<const StreamState*, std::pair<std::size_t, std::size_t>>;

    Counts counts(std::size_t begin, std::size_t end) const;
    static void write_counts(std::FILE* file, const Counts& counts, Numbers& numbers);

    std::vector<std::pair<const StreamState*, bool>> first_;  // of the first activation, in order
    std::vector<std::pair<std::size_t, Counts>> steps_;       // equal ones in a row are one
    Counts now_;
    Numbers depths_;
};

}  // namespace hls::native

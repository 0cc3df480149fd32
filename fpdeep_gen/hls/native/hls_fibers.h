// Cooperative fibers for native C simulation: what runs hls::task bodies, and what hls::stream blocks on.
//
// One operating-system thread. Fibers run in turn, each until it has to wait for a stream; a fiber that waits is not
// entered again before its stream is ready, so the order of execution (and with it every result) is deterministic.
// Non-blocking operations that fail count as polling: after some of them, or at the end of an activation in which no
// stream operation succeeded, the fiber gives way too.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <ucontext.h>
#include <utility>
#include <vector>

#include "hls_journal.h"

namespace hls::native {

// What the scheduler knows of a stream. `depth` 0: unbounded.
class StreamState {
  public:
    StreamState(std::string name, std::size_t depth);
    StreamState(const StreamState&) = delete;
    StreamState& operator=(const StreamState&) = delete;
    bool is_empty() const { return count_ == 0; }
    bool is_full() const { return depth_ != 0 && count_ >= depth_; }
    const std::string& name() const { return name_; }
    std::size_t depth() const { return depth_; }
    // For a stream of an array, whose type says no depth; before its first word.
    void become(const std::string& name, std::size_t depth);

  protected:
    std::size_t count_ = 0;
    std::size_t depth_;

  private:
    std::string name_;
};

enum class Wait { nothing, word, room };

// Where a task's arguments lie: first byte, and one past the last.
using Extent = std::pair<const void*, const void*>;

class Scheduler {
  public:
    // The one scheduler; never destroyed, so that streams and tasks may outlive main.
    static Scheduler& instance();

    // Adds a fiber that calls `body` for ever, or until one of its arguments is destroyed.
    void add(std::function<void()> body, std::vector<Extent> arguments = {});

    // Called by every stream operation that moved a word.
    void moved(const StreamState& stream, bool pushed);

    // From now on.
    void keep_journals() { keeps_journals_ = true; }

    // Lines `fiber`, each with its journal behind it.
    void write_journals(std::FILE* file, Journal::Numbers& numbers) const;

    // Called by a non-blocking operation (or a question) that found nothing.
    void polled();

    // Returns once `stream` has a word (or room). In the main program: ends the program when that can never be.
    // A stream that no task knows joins stages that are called one behind the other: it takes all that comes.
    void wait(const StreamState& stream, Wait wait);

    // In the main program: runs the fibers until `stream` is ready (true) or nothing moves any more (false).
    bool run_until(const StreamState& stream, Wait wait);

    bool in_fiber() const { return running_ != nullptr; }

    // Called where the main program goes on after fibers have run; never again after `forget_returns`.
    void at_return(std::function<void()> todo);
    void forget_returns();

    // Whether the main program is in a call of the top; what moves then, or in a fiber, is not the test bench's doing.
    void call_top(bool begins) { in_call_ = begins; }
    bool in_top() const { return in_fiber() || in_call_; }

    // Called before a stream is destroyed: the tasks that know it go as far as they can and are never entered again.
    void forget(const StreamState& stream);

    // Runs the fibers until nothing moves any more.
    void settle();

  private:
    static constexpr std::size_t STACK_BYTES = std::size_t{4} << 20;
    static constexpr int POLLS_PER_TURN = 32;
    static constexpr std::size_t IDLE_ROUNDS = 64;  // rounds in which polling fibers ran and nothing moved

    struct Fiber;

    Scheduler();
    ~Scheduler();
    void go_on() const;
    bool joins_tasks(const StreamState& stream) const;
    static bool ready(const StreamState& stream, Wait wait) {
        return wait == Wait::word ? !stream.is_empty() : !stream.is_full();
    }

    bool round();  // enters every fiber that can go, once; false if none could
    void enter(Fiber& fiber);
    // Back to the scheduler; returns when the fiber is entered again.
    void give_way(const StreamState* stream, Wait wait);
    static void run_fiber();
    [[noreturn]] void report_deadlock(const StreamState& stream, Wait wait) const;
    static void print_wait(const char* who, const StreamState& stream, Wait wait);

    std::vector<std::unique_ptr<Fiber>> fibers_;
    std::vector<std::function<void()>> returns_;
    Fiber* running_ = nullptr;
    jmp_buf main_;
    unsigned long long moves_ = 0;
    int polls_ = 0;
    bool keeps_journals_ = false;
    bool in_call_ = false;
};

}  // namespace hls::native

#ifndef FPDEEP_COMPILED_FIBERS
#include "hls_fibers_code.h"
#endif

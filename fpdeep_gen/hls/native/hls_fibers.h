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
    StreamState(std::string name, std::size_t depth) : depth_(depth), name_(std::move(name)) {
        if (name_.empty()) {
            static std::size_t unnamed = 0;
            name_ = "stream#" + std::to_string(unnamed++);
        }
    }
    StreamState(const StreamState&) = delete;
    StreamState& operator=(const StreamState&) = delete;
    bool is_empty() const { return count_ == 0; }
    bool is_full() const { return depth_ != 0 && count_ >= depth_; }
    const std::string& name() const { return name_; }
    std::size_t depth() const { return depth_; }
    // For a stream of an array, whose type says no depth; before its first word.
    void become(const std::string& name, std::size_t depth) {
        name_ = name;
        depth_ = depth;
    }

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
    static Scheduler& instance() {
        static Scheduler* const scheduler = new Scheduler;
        return *scheduler;
    }

    // Adds a fiber that calls `body` for ever, or until one of its arguments is destroyed.
    void add(std::function<void()> body, std::vector<Extent> arguments = {}) {
        auto fiber = std::make_unique<Fiber>();
        fiber->body = std::move(body);
        fiber->arguments = std::move(arguments);
        fiber->stack.reset(new char[STACK_BYTES]);  // not cleared: pages are touched only when used
        fibers_.push_back(std::move(fiber));
    }

    // Called by every stream operation that moved a word.
    void moved(const StreamState& stream, bool pushed) {
        ++moves_;
        polls_ = 0;
        if (keeps_journals_ && running_ != nullptr) {
            running_->journal.moved(stream, stream.depth(), pushed);
        }
    }

    // From now on.
    void keep_journals() { keeps_journals_ = true; }

    // Lines `fiber`, each with its journal behind it.
    void write_journals(std::FILE* file, Journal::Numbers& numbers) const {
        for (const auto& fiber : fibers_) {
            std::fprintf(file, "fiber\n");
            fiber->journal.write(file, fiber->stream, numbers);
        }
    }

    // Called by a non-blocking operation (or a question) that found nothing.
    void polled() {
        if (running_ != nullptr && ++polls_ >= POLLS_PER_TURN) {
            give_way(nullptr, Wait::nothing);
        }
    }

    // Returns once `stream` has a word (or room). In the main program: ends the program when that can never be.
    // A stream that no task knows joins stages that are called one behind the other: it takes all that comes.
    void wait(const StreamState& stream, Wait wait) {
        if (wait == Wait::room && !joins_tasks(stream)) {
            return;
        }
        if (running_ != nullptr) {
            while (!ready(stream, wait)) {
                give_way(&stream, wait);
            }
        } else if (!run_until(stream, wait)) {
            report_deadlock(stream, wait);
        }
    }

    // In the main program: runs the fibers until `stream` is ready (true) or nothing moves any more (false).
    bool run_until(const StreamState& stream, Wait wait) {
        if (running_ != nullptr) {
            return ready(stream, wait);
        }
        std::size_t idle_rounds = 0;
        while (!ready(stream, wait)) {
            const unsigned long long before = moves_;
            const bool entered = round();
            idle_rounds = moves_ == before ? idle_rounds + 1 : 0;
            if (!entered || idle_rounds >= IDLE_ROUNDS) {
                go_on();
                return false;
            }
        }
        go_on();
        return true;
    }

    bool in_fiber() const { return running_ != nullptr; }

    // Called where the main program goes on after fibers have run; never again after `forget_returns`.
    void at_return(std::function<void()> todo) { returns_.push_back(std::move(todo)); }
    void forget_returns() { returns_.clear(); }

    // Whether the main program is in a call of the top; what moves then, or in a fiber, is not the test bench's doing.
    void call_top(bool begins) { in_call_ = begins; }
    bool in_top() const { return in_fiber() || in_call_; }

    // Called before a stream is destroyed: the tasks that know it go as far as they can and are never entered again.
    void forget(const StreamState& stream) {
        if (!joins_tasks(stream)) {
            return;
        }
        if (running_ == nullptr) {
            settle();
        }
        for (const auto& fiber : fibers_) {
            if (fiber->knows(stream)) {
                fiber->over = true;
            }
        }
    }

    // Runs the fibers until nothing moves any more.
    void settle() {
        for (std::size_t idle_rounds = 0; idle_rounds < IDLE_ROUNDS;) {
            const unsigned long long before = moves_;
            if (!round()) {
                break;
            }
            idle_rounds = moves_ == before ? idle_rounds + 1 : 0;
        }
        go_on();
    }

  private:
    static constexpr std::size_t STACK_BYTES = std::size_t{4} << 20;
    static constexpr int POLLS_PER_TURN = 32;
    static constexpr std::size_t IDLE_ROUNDS = 64;  // rounds in which polling fibers ran and nothing moved

    struct Fiber {
        std::function<void()> body;
        std::unique_ptr<char[]> stack;
        ucontext_t context;
        jmp_buf resume;
        bool started = false;
        const StreamState* stream = nullptr;
        Wait wait = Wait::nothing;
        Journal journal;
        std::vector<Extent> arguments;
        bool over = false;

        bool knows(const StreamState& stream) const {
            const std::less<const void*> before;
            for (const auto& [first, last] : arguments) {
                if (!over && !before(&stream, first) && before(&stream, last)) {
                    return true;
                }
            }
            return false;
        }
    };

    void go_on() const {
        for (const auto& todo : returns_) {
            todo();
        }
    }

    bool joins_tasks(const StreamState& stream) const {
        for (const auto& fiber : fibers_) {
            if (fiber->knows(stream)) {
                return true;
            }
        }
        return false;
    }

    static bool ready(const StreamState& stream, Wait wait) {
        return wait == Wait::word ? !stream.is_empty() : !stream.is_full();
    }

    // Enters every fiber that can go, once; false if none could.
    bool round() {
        bool entered = false;
        for (std::size_t i = 0; i < fibers_.size(); ++i) {
            Fiber& fiber = *fibers_[i];
            if (!fiber.over && (fiber.stream == nullptr || ready(*fiber.stream, fiber.wait))) {
                entered = true;
                enter(fiber);
            }
        }
        return entered;
    }

    void enter(Fiber& fiber) {
        running_ = &fiber;
        polls_ = 0;
        if (_setjmp(main_) == 0) {
            if (fiber.started) {
                _longjmp(fiber.resume, 1);
            }
            fiber.started = true;
            getcontext(&fiber.context);
            fiber.context.uc_stack.ss_sp = fiber.stack.get();
            fiber.context.uc_stack.ss_size = STACK_BYTES;
            fiber.context.uc_link = nullptr;
            makecontext(&fiber.context, &Scheduler::run_fiber, 0);
            setcontext(&fiber.context);
        }
        running_ = nullptr;
    }

    // Back to the scheduler; returns when the fiber is entered again.
    void give_way(const StreamState* stream, Wait wait) {
        Fiber& fiber = *running_;
        fiber.stream = stream;
        fiber.wait = wait;
        if (_setjmp(fiber.resume) == 0) {
            _longjmp(main_, 1);
        }
        fiber.stream = nullptr;
    }

    static void run_fiber() {
        Scheduler& scheduler = instance();
        for (;;) {
            const unsigned long long before = scheduler.moves_;
            scheduler.running_->body();
            if (scheduler.keeps_journals_ && scheduler.moves_ != before) {
                scheduler.running_->journal.ended();
            }
            if (scheduler.moves_ == before) {
                scheduler.give_way(nullptr, Wait::nothing);
            }
        }
    }

    [[noreturn]] void report_deadlock(const StreamState& stream, Wait wait) const {
        std::fflush(stdout);
        std::fprintf(stderr, "deadlock: no task can go on\n");
        print_wait("main program", stream, wait);
        for (std::size_t i = 0; i < fibers_.size(); ++i) {
            const Fiber& fiber = *fibers_[i];
            if (fiber.stream != nullptr && !fiber.over) {
                print_wait(("task " + std::to_string(i)).c_str(), *fiber.stream, fiber.wait);
            }
        }
        std::exit(3);
    }

    static void print_wait(const char* who, const StreamState& stream, Wait wait) {
        std::fprintf(stderr, "  %s waits: stream %s is %s\n", who, stream.name().c_str(),
                     wait == Wait::word ? "empty" : "full");
    }

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

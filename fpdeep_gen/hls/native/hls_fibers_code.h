// What the fibers do. Part of hls_fibers.h; where FPDEEP_COMPILED_FIBERS is defined, a program is linked with it instead.
#pragma once

#ifdef FPDEEP_COMPILED_FIBERS
#define FPDEEP_FIBERS_CODE
#else
#define FPDEEP_FIBERS_CODE inline
#endif

namespace hls::native {

FPDEEP_FIBERS_CODE void Journal::moved(const StreamState& stream, std::size_t depth, bool pushed) {
    depths_.try_emplace(&stream, depth);
    if (steps_.empty()) {
        first_.push_back({&stream, pushed});
    } else {
        ++(pushed ? now_[&stream].second : now_[&stream].first);
    }
}

FPDEEP_FIBERS_CODE void Journal::ended() {
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

FPDEEP_FIBERS_CODE void Journal::write(std::FILE* file, const StreamState* last, Numbers& numbers) const {
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

FPDEEP_FIBERS_CODE Journal::Counts Journal::counts(std::size_t begin, std::size_t end) const {
    Counts found;
    for (std::size_t at = begin; at < end; ++at) {
        ++(first_[at].second ? found[first_[at].first].second : found[first_[at].first].first);
    }
    return found;
}

FPDEEP_FIBERS_CODE void Journal::write_counts(std::FILE* file, const Counts& counts, Numbers& numbers) {
    for (const auto& [stream, moved] : counts) {
        const std::size_t number = numbers.try_emplace(stream, numbers.size()).first->second;
        std::fprintf(file, " %zu:%zu:%zu", number, moved.first, moved.second);
    }
    std::fprintf(file, "\n");
}

FPDEEP_FIBERS_CODE StreamState::StreamState(std::string name, std::size_t depth)
    : depth_(depth), name_(std::move(name)) {
    if (name_.empty()) {
        static std::size_t unnamed = 0;
        name_ = "stream#" + std::to_string(unnamed++);
    }
}

FPDEEP_FIBERS_CODE void StreamState::become(const std::string& name, std::size_t depth) {
    name_ = name;
    depth_ = depth;
}

struct Scheduler::Fiber {
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

FPDEEP_FIBERS_CODE Scheduler::Scheduler() = default;
FPDEEP_FIBERS_CODE Scheduler::~Scheduler() = default;

FPDEEP_FIBERS_CODE Scheduler& Scheduler::instance() {
    static Scheduler* const scheduler = new Scheduler;
    return *scheduler;
}

FPDEEP_FIBERS_CODE void Scheduler::add(std::function<void()> body, std::vector<Extent> arguments) {
    auto fiber = std::make_unique<Fiber>();
    fiber->body = std::move(body);
    fiber->arguments = std::move(arguments);
    fiber->stack.reset(new char[STACK_BYTES]);  // not cleared: pages are touched only when used
    fibers_.push_back(std::move(fiber));
}

FPDEEP_FIBERS_CODE void Scheduler::moved(const StreamState& stream, bool pushed) {
    ++moves_;
    polls_ = 0;
    if (keeps_journals_ && running_ != nullptr) {
        running_->journal.moved(stream, stream.depth(), pushed);
    }
}

FPDEEP_FIBERS_CODE void Scheduler::write_journals(std::FILE* file, Journal::Numbers& numbers) const {
    for (const auto& fiber : fibers_) {
        std::fprintf(file, "fiber\n");
        fiber->journal.write(file, fiber->stream, numbers);
    }
}

FPDEEP_FIBERS_CODE void Scheduler::polled() {
    if (running_ != nullptr && ++polls_ >= POLLS_PER_TURN) {
        give_way(nullptr, Wait::nothing);
    }
}

FPDEEP_FIBERS_CODE void Scheduler::wait(const StreamState& stream, Wait wait) {
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

FPDEEP_FIBERS_CODE bool Scheduler::run_until(const StreamState& stream, Wait wait) {
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

FPDEEP_FIBERS_CODE void Scheduler::at_return(std::function<void()> todo) { returns_.push_back(std::move(todo)); }
FPDEEP_FIBERS_CODE void Scheduler::forget_returns() { returns_.clear(); }

FPDEEP_FIBERS_CODE void Scheduler::forget(const StreamState& stream) {
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

FPDEEP_FIBERS_CODE void Scheduler::settle() {
    for (std::size_t idle_rounds = 0; idle_rounds < IDLE_ROUNDS;) {
        const unsigned long long before = moves_;
        if (!round()) {
            break;
        }
        idle_rounds = moves_ == before ? idle_rounds + 1 : 0;
    }
    go_on();
}

FPDEEP_FIBERS_CODE void Scheduler::go_on() const {
    for (const auto& todo : returns_) {
        todo();
    }
}

FPDEEP_FIBERS_CODE bool Scheduler::joins_tasks(const StreamState& stream) const {
    for (const auto& fiber : fibers_) {
        if (fiber->knows(stream)) {
            return true;
        }
    }
    return false;
}

FPDEEP_FIBERS_CODE bool Scheduler::round() {
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

FPDEEP_FIBERS_CODE void Scheduler::enter(Fiber& fiber) {
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

FPDEEP_FIBERS_CODE void Scheduler::give_way(const StreamState* stream, Wait wait) {
    Fiber& fiber = *running_;
    fiber.stream = stream;
    fiber.wait = wait;
    if (_setjmp(fiber.resume) == 0) {
        _longjmp(main_, 1);
    }
    fiber.stream = nullptr;
}

FPDEEP_FIBERS_CODE void Scheduler::run_fiber() {
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

FPDEEP_FIBERS_CODE void Scheduler::report_deadlock(const StreamState& stream, Wait wait) const {
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

FPDEEP_FIBERS_CODE void Scheduler::print_wait(const char* who, const StreamState& stream, Wait wait) {
    std::fprintf(stderr, "  %s waits: stream %s is %s\n", who, stream.name().c_str(),
                 wait == Wait::word ? "empty" : "full");
}

}  // namespace hls::native

#undef FPDEEP_FIBERS_CODE

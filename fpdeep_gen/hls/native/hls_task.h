// hls::task for native C simulation: a fiber that calls a function for ever.
#pragma once

#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "hls_stream.h"

#define hls_thread_local thread_local
#define HLS_TASK_STREAM hls_thread_local hls::stream
#define HLS_TASK hls_thread_local hls::task

namespace hls {

namespace native {

// Hands an argument on as the parameter's type. An array of streams with a depth stands for an array of their base:
// both have the same members, and the base knows its depth.
template <typename Parameter, typename Argument>
Parameter pass(Argument& argument) {
    using To = std::remove_reference_t<Parameter>;
    if constexpr (std::is_array_v<To> && !std::is_same_v<To, Argument>) {
        using Base = std::remove_extent_t<To>;
        using Derived = std::remove_extent_t<Argument>;
        static_assert(std::is_base_of_v<Base, Derived> && sizeof(Base) == sizeof(Derived));
        static_assert(std::extent_v<To> == std::extent_v<Argument>);
        return reinterpret_cast<Parameter>(argument);
    } else {
        return static_cast<Parameter>(argument);
    }
}

// What a task keeps of an argument: streams and arrays by reference, numbers and pointers by value.
template <typename Argument>
using Kept = std::conditional_t<std::is_scalar_v<std::remove_reference_t<Argument>>,
                                std::remove_cv_t<std::remove_reference_t<Argument>>,
                                std::reference_wrapper<std::remove_reference_t<Argument>>>;

template <typename T>
T& given(std::reference_wrapper<T>& one) {
    return one.get();
}
template <typename T>
T& given(T& one) {
    return one;
}

template <typename Argument>
Extent extent(Argument& argument) {
    const auto* const first = reinterpret_cast<const char*>(&argument);
    return std::is_scalar_v<Argument> ? Extent(nullptr, nullptr) : Extent(first, first + sizeof(Argument));
}

}  // namespace native

namespace native {

// Which of how many runs of a counted auto-restart a call of the top is.
struct Run {
    int number = 0, count = 1;
    static Run& now() {
        static Run run;
        return run;
    }
};

}  // namespace native

// For test benches: calls a top `count` times with the same arguments; in hardware one start makes all these runs.
class autorestart {
  public:
    template <typename Result, typename... Parameters, typename... Arguments>
    autorestart(int count, Result (*top)(Parameters...), Arguments&&... arguments) {
        (*this)(count, top, arguments...);
    }
    template <typename Result, typename... Parameters, typename... Arguments>
    void operator()(int count, Result (*top)(Parameters...), Arguments&&... arguments) {
        for (int number = 0; number < count; ++number) {
            native::Run::now() = {number, count};
            top(static_cast<Parameters>(arguments)...);
        }
        native::Run::now() = {};
    }
};

class task {
  public:
    task() = default;
    // Streams are held by reference; the task ends with the first of them that is destroyed.
    template <typename... Parameters, typename... Arguments>
    explicit task(void (*function)(Parameters...), Arguments&&... arguments) {
        (*this)(function, arguments...);
    }
    task(const task&) = delete;
    task& operator=(const task&) = delete;

    // Starts a task that was made without a function; nothing when it has one, as in a second call of its region.
    template <typename... Parameters, typename... Arguments>
    void operator()(void (*function)(Parameters...), Arguments&&... arguments) {
        if (started_) {
            return;
        }
        started_ = true;
        native::Scheduler::instance().add(
            [function, kept = std::tuple<native::Kept<Arguments>...>(arguments...)]() mutable {
                std::apply(
                    [function](auto&... one) { function(native::pass<Parameters>(native::given(one))...); }, kept);
            },
            {native::extent(arguments)...});
    }

  private:
    bool started_ = false;
};

}  // namespace hls

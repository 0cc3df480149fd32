// hls::task for native C simulation: a fiber that calls a function for ever.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "hls_stream.h"

#define hls_thread_local thread_local

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

}  // namespace native

class task {
  public:
    // Streams are held by reference and must outlive the program's last stream operation.
    template <typename... Parameters, typename... Arguments>
    explicit task(void (*function)(Parameters...), Arguments&... arguments) {
        native::Scheduler::instance().add(
            [function, &arguments...] { function(native::pass<Parameters>(arguments)...); });
    }
    task(const task&) = delete;
    task& operator=(const task&) = delete;
};

}  // namespace hls

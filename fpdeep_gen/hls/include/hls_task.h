// A free-running process of a network: `hls_thread_local hls::task name(function, streams...);`.
#pragma once
#include "hls_stream.h"

#define HLS_TASK_STREAM hls_thread_local hls::stream
#define HLS_TASK hls_thread_local hls::task

namespace hls {

// For test benches, which are compiled with the kernel where both are one file.
struct autorestart {
    template <typename... A> explicit autorestart(int, A &&...) {}
    template <typename... A> void operator()(int, A &&...) {}
};

class task {
    // Addresses of the streams, then the number of streams at each.
    template <typename... V> void start(const void *function, V... values) {
        __hls_task(this, function, values...);
    }

    template <typename A> static const volatile void *place(A &argument) { return &argument; }
    template <typename A> static const volatile void *place(A *&argument) { return argument; }

  public:
    task() = default;
    template <typename F, typename... A> explicit task(F *function, A &...arguments) { (*this)(function, arguments...); }
    template <typename F, typename... A> void operator()(F *function, A &...arguments) {
        start((const void *)function, place(arguments)..., (int)sizeof(A)...);
    }
};

}  // namespace hls

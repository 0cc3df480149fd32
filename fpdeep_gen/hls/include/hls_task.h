// A free-running process of a network: `hls_thread_local hls::task name(function, streams...);`.
#pragma once
#include "hls_stream.h"

namespace hls {

class task {
  public:
    template <typename F, typename... A> explicit task(F *function, A &...arguments) {
        __hls_task((const void *)function, (const void *)&arguments...);
    }
};

}  // namespace hls

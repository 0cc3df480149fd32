// hls::fence for native C simulation, where everything happens in the order of the source.
#pragma once

namespace hls_detail {

struct fence_list {
    template <typename... T>
    fence_list(T&...) {}
};

}  // namespace hls_detail

namespace hls {

template <typename... T>
void fence(T&...) {}
inline void fence(hls_detail::fence_list, hls_detail::fence_list) {}

}  // namespace hls

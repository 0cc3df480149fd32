// Order between accesses to different streams and arrays: what stands before the fence stays before what stands behind it.
#pragma once
#include "hls_traits.h"

namespace hls_detail {

enum fence_side { fence_before = 1, fence_behind = 2, fence_both = 3 };

// The objects of one side; each is told of when the list is made.
template <fence_side SIDE> struct fence_list {
    template <typename... T> fence_list(T &...objects) { (__hls_fence_object(__hls_object(objects), SIDE), ...); }
};

}  // namespace hls_detail

namespace hls {

// Accesses to any of the objects, before the fence and behind it.
template <typename... T> inline void fence(T &...objects) {
    hls_detail::fence_list<hls_detail::fence_both> all(objects...);
    __hls_fence();
}

// Accesses before the fence to objects of the first list come before accesses behind it to those of the second.
inline void fence(hls_detail::fence_list<hls_detail::fence_before>, hls_detail::fence_list<hls_detail::fence_behind>) {
    __hls_fence();
}

}  // namespace hls

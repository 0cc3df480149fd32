// Arguments of tasks and tops that are read and written while they run, not at their start. Shared by both sides.
//
// hls::ap_hs has a handshake in both directions and loses nothing: it is a stream by another name, with the same pins.
// The others would miss or repeat values, and which ones depends on time alone, so no test could hold: they are errors.
#pragma once
#include <hls_stream.h>

namespace hls {

template <typename T> class ap_hs : public stream<T> {
  public:
    bool valid() const { return !this->empty(); }
    bool ready() const { return !this->full(); }
};

}  // namespace hls

namespace hls_detail {

#ifdef __SYNTHESIS__
template <typename T> struct stream_word<hls::ap_hs<T>> {
    using type = T;
};
#define HLS_NO_HANDSHAKE                                                                                             \
    __attribute__((unavailable("what is read while the kernel runs needs a handshake: use hls::ap_hs, or a plain " \
                               "argument, which the kernel takes when it starts")))
#else
#define HLS_NO_HANDSHAKE
#endif

}  // namespace hls_detail

namespace hls {

template <typename T> class HLS_NO_HANDSHAKE ap_none : public ap_hs<T> {};
template <typename T> class HLS_NO_HANDSHAKE ap_vld : public ap_hs<T> {};
template <typename T> class HLS_NO_HANDSHAKE ap_ack : public ap_hs<T> {};
#undef HLS_NO_HANDSHAKE

}  // namespace hls

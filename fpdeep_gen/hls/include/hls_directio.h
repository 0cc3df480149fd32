// Arguments of tasks and tops that are read and written while they run, not at their start. Shared by both sides.
//
// Each is a stream: a read takes the next value, and waits for it. hls::ap_hs has a handshake in both directions and
// loses nothing, with the pins of a stream. Behind the pins of the others there may be no further value, or one too
// many: in hardware ap_none and ap_ack always have a value to read, ap_none and ap_vld take each that is written.
#pragma once
#include <hls_stream.h>

namespace hls {

template <typename T> class ap_hs : public stream<T> {
  public:
    bool valid() const { return !this->empty(); }
    bool ready() const { return !this->full(); }
};

template <typename T> class ap_vld : public stream<T> {
  public:
    bool valid() const { return !this->empty(); }
    bool full() const = delete;
    bool write_nb(const T &) = delete;
};

template <typename T> class ap_ack : public stream<T> {
  public:
    bool ready() const { return !this->full(); }
    bool empty() const = delete;
    bool read_nb(T &) = delete;
};

template <typename T> class ap_none : public stream<T> {
  public:
    bool empty() const = delete;
    bool full() const = delete;
    bool read_nb(T &) = delete;
    bool write_nb(const T &) = delete;
};

}  // namespace hls

#ifdef __SYNTHESIS__
namespace hls_detail {

template <typename T> struct stream_word<hls::ap_hs<T>> {
    using type = T;
};
template <typename T> struct stream_word<hls::ap_vld<T>> {
    using type = T;
};
template <typename T> struct stream_word<hls::ap_ack<T>> {
    using type = T;
};
template <typename T> struct stream_word<hls::ap_none<T>> {
    using type = T;
};

}  // namespace hls_detail
#endif

// Words of AXI4-Stream with its side channels. Shared by both sides.
#pragma once
#include <ap_int.h>
#include <cstddef>

namespace hls {

// Stands for a side channel of no bits. It can be copied with its word and nothing else.
struct no_channel {};

namespace axis_detail {
template <std::size_t W> struct channel {
    using type = ap_uint<int(W)>;
};
template <> struct channel<0> {
    using type = no_channel;
};
template <typename T> struct data_bits {
    static constexpr std::size_t value = sizeof(T) * 8;
};
template <int W> struct data_bits<ap_int<W>> {
    static constexpr std::size_t value = W;
};
template <int W> struct data_bits<ap_uint<W>> {
    static constexpr std::size_t value = W;
};
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> struct data_bits<ap_fixed<W, I, Q, O, N>> {
    static constexpr std::size_t value = W;
};
template <int W, int I, ap_q_mode Q, ap_o_mode O, int N> struct data_bits<ap_ufixed<W, I, Q, O, N>> {
    static constexpr std::size_t value = W;
};
}  // namespace axis_detail

template <typename T, std::size_t W_USER = 0, std::size_t W_ID = 0, std::size_t W_DEST = 0> struct axis {
    static constexpr std::size_t width = axis_detail::data_bits<T>::value, bytes = (width + 7) / 8;
    using Type_data = T;
    T data;
    ap_uint<int(bytes)> keep;
    ap_uint<int(bytes)> strb;
    typename axis_detail::channel<W_USER>::type user;
    ap_uint<1> last;
    typename axis_detail::channel<W_ID>::type id;
    typename axis_detail::channel<W_DEST>::type dest;

    void keep_all() {
        keep = ~ap_uint<int(bytes)>(0);
        strb = ~ap_uint<int(bytes)>(0);
    }
#define HLS_AXIS_CHANNEL(NAME)                                 \
    auto get_##NAME() const { return NAME; }                   \
    template <typename V> void set_##NAME(const V &value) { NAME = value; }
    HLS_AXIS_CHANNEL(data)
    HLS_AXIS_CHANNEL(keep)
    HLS_AXIS_CHANNEL(strb)
    HLS_AXIS_CHANNEL(user)
    HLS_AXIS_CHANNEL(last)
    HLS_AXIS_CHANNEL(id)
    HLS_AXIS_CHANNEL(dest)
#undef HLS_AXIS_CHANNEL
};

}  // namespace hls

template <std::size_t W, std::size_t W_USER = 0, std::size_t W_ID = 0, std::size_t W_DEST = 0>
using ap_axis = hls::axis<ap_int<int(W)>, W_USER, W_ID, W_DEST>;
template <std::size_t W, std::size_t W_USER = 0, std::size_t W_ID = 0, std::size_t W_DEST = 0>
using ap_axiu = hls::axis<ap_uint<int(W)>, W_USER, W_ID, W_DEST>;

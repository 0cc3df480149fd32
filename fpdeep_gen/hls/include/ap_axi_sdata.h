// Words of AXI4-Stream with its side channels. Shared by both sides.
#pragma once
#include <ap_int.h>
#include <cstddef>

// Bits of the mask that says which channels a word has.
#define AXIS_ENABLE_DATA 0x01
#define AXIS_ENABLE_DEST 0x02
#define AXIS_ENABLE_ID 0x04
#define AXIS_ENABLE_KEEP 0x08
#define AXIS_ENABLE_LAST 0x10
#define AXIS_ENABLE_STRB 0x20
#define AXIS_ENABLE_USER 0x40
#define AXIS_ENABLE_ALL 0x7f
#define AXIS_DISABLE_ALL 0x00
#define AXIS_DISABLE_DATA (0xff & ~(AXIS_ENABLE_DATA | AXIS_ENABLE_KEEP | AXIS_ENABLE_STRB))

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
template <> struct data_bits<void> {
    static constexpr std::size_t value = 8;
};
template <typename T> struct data {
    using type = T;
};
template <> struct data<void> {
    using type = no_channel;
};
template <typename T> constexpr std::size_t data_mask = AXIS_ENABLE_DATA;
template <> constexpr std::size_t data_mask<void> = 0;
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

// ENABLED says of keep, strb and last whether they are there; the others have their widths. STRICT: both must agree.
template <typename T, std::size_t W_USER = 0, std::size_t W_ID = 0, std::size_t W_DEST = 0,
          unsigned char ENABLED = AXIS_ENABLE_KEEP | AXIS_ENABLE_LAST | AXIS_ENABLE_STRB, bool STRICT = false>
struct axis {
    static constexpr std::size_t width = axis_detail::data_bits<T>::value, bytes = (width + 7) / 8;
    static constexpr bool has_keep = (ENABLED & AXIS_ENABLE_KEEP) != 0, has_strb = (ENABLED & AXIS_ENABLE_STRB) != 0,
                          has_last = (ENABLED & AXIS_ENABLE_LAST) != 0;
    static_assert(!STRICT || (ENABLED & (AXIS_ENABLE_DATA | AXIS_ENABLE_USER | AXIS_ENABLE_ID | AXIS_ENABLE_DEST)) ==
                                 (axis_detail::data_mask<T> | (W_USER > 0 ? AXIS_ENABLE_USER : 0) |
                                  (W_ID > 0 ? AXIS_ENABLE_ID : 0) | (W_DEST > 0 ? AXIS_ENABLE_DEST : 0)),
                  "data, user, id and dest are enabled exactly where they have bits");
    using Type_data = typename axis_detail::data<T>::type;
    Type_data data;
    typename axis_detail::channel<has_keep ? bytes : 0>::type keep;
    typename axis_detail::channel<has_strb ? bytes : 0>::type strb;
    typename axis_detail::channel<W_USER>::type user;
    typename axis_detail::channel<has_last ? 1 : 0>::type last;
    typename axis_detail::channel<W_ID>::type id;
    typename axis_detail::channel<W_DEST>::type dest;

    void keep_all() {
        if constexpr (has_keep) keep = ~ap_uint<int(bytes)>(0);
        if constexpr (has_strb) strb = ~ap_uint<int(bytes)>(0);
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

// Words of data, and what else is enabled; words without data, of user, and what else is enabled.
template <typename T, unsigned char ENABLED = AXIS_ENABLE_DATA, std::size_t W_USER = 0, std::size_t W_ID = 0,
          std::size_t W_DEST = 0, bool STRICT = true>
using axis_data = axis<T, W_USER, W_ID, W_DEST, ENABLED | AXIS_ENABLE_DATA, STRICT>;
template <std::size_t W_USER, unsigned char ENABLED = AXIS_ENABLE_USER, std::size_t W_ID = 0, std::size_t W_DEST = 0,
          bool STRICT = true>
using axis_user = axis<void, W_USER, W_ID, W_DEST, ENABLED & AXIS_DISABLE_DATA, STRICT>;

}  // namespace hls

#define HLS_AXIS_DEFAULTS                                                               \
    std::size_t W_USER = 0, std::size_t W_ID = 0, std::size_t W_DEST = 0,               \
        unsigned char ENABLED = AXIS_ENABLE_KEEP | AXIS_ENABLE_LAST | AXIS_ENABLE_STRB, bool STRICT = false
template <std::size_t W, HLS_AXIS_DEFAULTS>
using ap_axis = hls::axis<ap_int<int(W)>, W_USER, W_ID, W_DEST, ENABLED, STRICT>;
template <std::size_t W, HLS_AXIS_DEFAULTS>
using ap_axiu = hls::axis<ap_uint<int(W)>, W_USER, W_ID, W_DEST, ENABLED, STRICT>;
template <std::size_t W, std::size_t W_USER = 0, std::size_t W_ID = 0, std::size_t W_DEST = 0>
using qdma_axis = hls::axis<ap_uint<int(W)>, W_USER, W_ID, W_DEST, AXIS_ENABLE_KEEP | AXIS_ENABLE_LAST>;
#undef HLS_AXIS_DEFAULTS

// Streams whose words are whole arrays, filled and read in any order under a lock. Shared by both sides.
//
// `hls::write_lock` holds the block that is being filled and sends it where it goes out of scope; `hls::read_lock` takes
// one where it is made. Blocks of up to 1,024 bits and 64 elements cross as one word, larger ones element by element.
#pragma once
#include <hls_stream.h>
#include <hls_vector.h>

namespace hls_detail {

// A block as its elements, in the order of its dimensions.
template <typename T> struct block {
    using element = T;
    static constexpr int count = 1;
    template <typename F> static void each(T &one, F step) { step(one); }
    template <typename F> static void at_once(T &one, int place, F step) { step(one, place); }
};
template <typename T, std::size_t N> struct block<T[N]> {
    using inner = block<T>;
    using element = typename inner::element;
    static constexpr int count = (int)N * inner::count;
    template <typename F> static void each(T (&values)[N], F step) {
        if constexpr (inner::count == 1) {
            for (std::size_t i = 0; i < N; i++) {
#pragma HLS PIPELINE II=1
                step(values[i]);
            }
        } else {
            for (std::size_t i = 0; i < N; i++)
                inner::each(values[i], step);
        }
    }
    template <typename F> static void at_once(T (&values)[N], int place, F step) {
        for (std::size_t i = 0; i < N; i++) {
#pragma HLS UNROLL
            inner::at_once(values[i], place + (int)i * inner::count, step);
        }
    }
};

template <typename T> constexpr int bits_of_block = block<T>::count * 8 * (int)sizeof(typename block<T>::element);

// A stream of any depth.
template <typename T> class deep_stream : public hls::stream<T> {
  public:
#ifdef __SYNTHESIS__
    explicit deep_stream(int depth) : hls::stream<T>(depth) {}
#else
    explicit deep_stream(int depth) { this->become(this->name(), depth); }
#endif
};

template <typename T, bool SMALL = bits_of_block<T> <= 1024 && block<T>::count <= 64> class block_stream {
    using element = typename block<T>::element;
    using word = hls::vector<element, block<T>::count>;
    deep_stream<word> words_;

  public:
    explicit block_stream(int depth) : words_(depth) {}
    bool empty() const { return words_.empty(); }
    bool full() const { return words_.full(); }
    void send(T &values) {
        word all;
        block<T>::at_once(values, 0, [&](element &one, int place) { all[place] = one; });
        words_.write(all);
    }
    void take(T &values) {
        const word all = words_.read();
        block<T>::at_once(values, 0, [&](element &one, int place) { one = all[place]; });
    }
};
template <typename T> class block_stream<T, false> {
    using element = typename block<T>::element;
    deep_stream<element> elements_;

  public:
    explicit block_stream(int depth) : elements_(depth * block<T>::count) {}
    bool empty() const { return elements_.empty(); }
    bool full() const { return elements_.full(); }
    void send(T &values) {
        block<T>::each(values, [&](element &one) { elements_.write(one); });
    }
    void take(T &values) {
        block<T>::each(values, [&](element &one) { one = elements_.read(); });
    }
};

// What both locks give access to.
template <typename T> class locked {
  protected:
    T values_;

  public:
    auto &operator[](std::size_t index) { return values_[index]; }
    operator T &() { return values_; }
};

}  // namespace hls_detail

namespace hls {

// DEPTH: blocks that it holds.
template <typename T, int DEPTH = 2> class stream_of_blocks : public hls_detail::block_stream<T> {
  public:
    stream_of_blocks() : hls_detail::block_stream<T>(DEPTH) {}
    explicit stream_of_blocks(const char *) : stream_of_blocks() {}
    stream_of_blocks(const stream_of_blocks &) = delete;
    stream_of_blocks &operator=(const stream_of_blocks &) = delete;
};

template <typename T> class write_lock : public hls_detail::locked<T> {
    hls_detail::block_stream<T> &stream_;

  public:
    explicit write_lock(hls_detail::block_stream<T> &stream) : stream_(stream) {}
    write_lock(const write_lock &) = delete;
    write_lock &operator=(const write_lock &) = delete;
    ~write_lock() { stream_.send(this->values_); }
};

template <typename T> class read_lock : public hls_detail::locked<T> {
  public:
    explicit read_lock(hls_detail::block_stream<T> &stream) { stream.take(this->values_); }
    read_lock(const read_lock &) = delete;
    read_lock &operator=(const read_lock &) = delete;
};

}  // namespace hls

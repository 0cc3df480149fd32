// Channels of one port on one side and N on the other: `hls::split` spreads words, `hls::merge` gathers them. Each holds
// its streams, `in` and `out`, and a task that moves one word a cycle. Shared by both sides.
//
// `round_robin` goes from port to port in turn and waits for each. `load_balance` takes the next port that is ready, in
// turn: which one that is depends on time, so a native run and hardware may differ in it.
#pragma once
#include <hls_stream.h>
#include <hls_task.h>

namespace hls_detail {

// Native programs call stages one behind the other, so their channels take all that comes.
#ifdef __SYNTHESIS__
template <typename T, int DEPTH> using channel = hls::stream<T, DEPTH>;
#else
template <typename T, int DEPTH> using channel = hls::stream<T>;
#endif

template <int N> int following(int port) { return port == N - 1 ? 0 : port + 1; }

template <typename T, int N> void split_in_turn(hls::stream<T> &in, hls::stream<T> (&out)[N]) {
    int next = 0;
    for (;;) {
#pragma HLS PIPELINE II=1
        const T word = in.read();
        for (int port = 0; port < N; port++)
            if (port == next) out[port].write(word);
        next = following<N>(next);
    }
}

template <typename T, int N> void merge_in_turn(hls::stream<T> (&in)[N], hls::stream<T> &out) {
    int next = 0;
    for (;;) {
#pragma HLS PIPELINE II=1
        T word;
        for (int port = 0; port < N; port++)
            if (port == next) word = in[port].read();
        out.write(word);
        next = following<N>(next);
    }
}

// The first port from `next` on, in turn, of those that are ready; N when none is.
template <int N> int first_ready(const bool (&ready)[N], int next) {
    int found = N;
    for (int port = N - 1; port >= 0; port--)
        if (ready[port] && port < next) found = port;
    int later = N;
    for (int port = N - 1; port >= 0; port--)
        if (ready[port] && port >= next) later = port;
    return later < N ? later : found;
}

template <typename T, int N> void split_by_room(hls::stream<T> &in, hls::stream<T> (&out)[N]) {
    int next = 0;
    for (;;) {
#pragma HLS PIPELINE II=1
        bool ready[N];
        for (int port = 0; port < N; port++)
            ready[port] = !out[port].full();
        const int chosen = first_ready<N>(ready, next);
        T word;
        if (chosen < N && in.read_nb(word)) {
            for (int port = 0; port < N; port++)
                if (port == chosen) out[port].write(word);
            next = following<N>(chosen);
        }
    }
}

template <typename T, int N> void merge_by_word(hls::stream<T> (&in)[N], hls::stream<T> &out) {
    int next = 0;
    for (;;) {
#pragma HLS PIPELINE II=1
        bool ready[N];
        for (int port = 0; port < N; port++)
            ready[port] = !in[port].empty();
        const int chosen = first_ready<N>(ready, next);
        if (chosen < N) {
            T word;
            for (int port = 0; port < N; port++)
                if (port == chosen) word = in[port].read();
            out.write(word);
            next = following<N>(chosen);
        }
    }
}

}  // namespace hls_detail

namespace hls {

// DEPTH: words of the one port's FIFO; N_PORT_DEPTH: of each of the N ports (0: as any stream without a depth).
namespace split {

template <typename T, int N, int DEPTH = 2, int N_PORT_DEPTH = 0> class round_robin {
  public:
    hls_detail::channel<T, DEPTH> in;
    hls_detail::channel<T, N_PORT_DEPTH> out[N];
    round_robin() { hls::task worker(hls_detail::split_in_turn<T, N>, in, out); }
};

template <typename T, int N, int DEPTH = 2, int N_PORT_DEPTH = 0> class load_balance {
  public:
    hls_detail::channel<T, DEPTH> in;
    hls_detail::channel<T, N_PORT_DEPTH> out[N];
    load_balance() { hls::task worker(hls_detail::split_by_room<T, N>, in, out); }
};

}  // namespace split

namespace merge {

template <typename T, int N, int DEPTH = 2, int N_PORT_DEPTH = 0> class round_robin {
  public:
    hls_detail::channel<T, N_PORT_DEPTH> in[N];
    hls_detail::channel<T, DEPTH> out;
    round_robin() { hls::task worker(hls_detail::merge_in_turn<T, N>, in, out); }
};

template <typename T, int N, int DEPTH = 2, int N_PORT_DEPTH = 0> class load_balance {
  public:
    hls_detail::channel<T, N_PORT_DEPTH> in[N];
    hls_detail::channel<T, DEPTH> out;
    load_balance() { hls::task worker(hls_detail::merge_by_word<T, N>, in, out); }
};

}  // namespace merge
}  // namespace hls

// Words are dealt to three workers in turn and gathered in the same order; the workers are one function template.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_task.h"

typedef ap_uint<16> word_t;

static void deal(hls::stream<word_t>& in, hls::stream<word_t> (&to)[3]) {
    for (int i = 0; i < 3; i++) {
#pragma HLS PIPELINE II=1
        word_t w = in.read();
        if (i == 0)
            to[0].write(w);
        else if (i == 1)
            to[1].write(w);
        else
            to[2].write(w);
    }
}

template <int SALT>
static void work(hls::stream<word_t>& in, hls::stream<word_t>& out) {
#pragma HLS PIPELINE II=1
    word_t w = in.read();
    for (int k = 0; k < 3; k++) w = (w ^ (w << 3)) + SALT;
    out.write(w);
}

static void gather(hls::stream<word_t> (&from)[3], hls::stream<word_t>& out) {
    for (int i = 0; i < 3; i++) {
#pragma HLS PIPELINE II=1
        word_t w;
        if (i == 0)
            w = from[0].read();
        else if (i == 1)
            w = from[1].read();
        else
            w = from[2].read();
        out.write(w);
    }
}

void fork_join_network(hls::stream<word_t>& in, hls::stream<word_t>& out) {
    hls_thread_local hls::stream<word_t, 4> to[3];
    hls_thread_local hls::stream<word_t, 4> from[3];
    hls_thread_local hls::task dealer(deal, in, to);
    hls_thread_local hls::task worker0(work<11>, to[0], from[0]);
    hls_thread_local hls::task worker1(work<22>, to[1], from[1]);
    hls_thread_local hls::task worker2(work<33>, to[2], from[2]);
    hls_thread_local hls::task gatherer(gather, from, out);
}

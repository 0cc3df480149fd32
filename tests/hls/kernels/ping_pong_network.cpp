// Block reversal in two memories: a task fills one buffer while it empties the other; tasks before and after rescale.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_task.h"

const int BLOCK = 16;
typedef ap_int<12> word_t;

static void offset(hls::stream<word_t>& in, hls::stream<word_t>& out) {
#pragma HLS PIPELINE II=1
    out.write(in.read() - 100);
}

static void reverse(hls::stream<word_t>& in, hls::stream<word_t>& out) {
    static word_t ping[BLOCK], pong[BLOCK];
    static bool use_ping = true, primed = false;
    for (int i = 0; i < BLOCK; i++) {
#pragma HLS PIPELINE II=1
        const word_t word = in.read();
        if (primed) out.write(use_ping ? pong[BLOCK - 1 - i] : ping[BLOCK - 1 - i]);
        if (use_ping)
            ping[i] = word;
        else
            pong[i] = word;
    }
    use_ping = !use_ping;
    primed = true;
}

static void scale(hls::stream<word_t>& in, hls::stream<ap_int<14> >& out) {
#pragma HLS PIPELINE II=1
    out.write(in.read() * 3);
}

void ping_pong_network(hls::stream<word_t>& in, hls::stream<ap_int<14> >& out) {
    hls_thread_local hls::stream<word_t> shifted("shifted"), reversed("reversed");
#pragma HLS STREAM variable=shifted depth=4
#pragma HLS STREAM variable=reversed depth=4
    hls_thread_local hls::task first(offset, in, shifted);
    hls_thread_local hls::task second(reverse, shifted, reversed);
    hls_thread_local hls::task third(scale, reversed, out);
}

// A loop through FIFOs: the accumulator of each of four channels travels through a multiplier task and back.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_task.h"

typedef ap_int<24> value_t;

static void combine(hls::stream<value_t>& fresh, hls::stream<value_t>& back, hls::stream<value_t>& forth,
                    hls::stream<value_t>& out) {
    static ap_uint<2> warm = 0;
    static bool started = false;
#pragma HLS PIPELINE II=1
    value_t old = 0;
    if (started) old = back.read();
    value_t sum = fresh.read() + old;
    forth.write(sum);
    out.write(sum);
    if (!started) {
        if (warm == 3) started = true;
        warm++;
    }
}

static void attenuate(hls::stream<value_t>& forth, hls::stream<value_t>& back) {
#pragma HLS PIPELINE II=1
    back.write((forth.read() * 3) >> 2);
}

void feedback_network(hls::stream<value_t>& in, hls::stream<value_t>& out) {
#pragma HLS INTERFACE ap_ctrl_none port=return
    hls_thread_local hls::stream<value_t, 4> back, forth;
    hls_thread_local hls::task combining(combine, in, back, forth, out);
    hls_thread_local hls::task attenuating(attenuate, forth, back);
}

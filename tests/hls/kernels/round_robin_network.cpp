// Three workers of one function behind hls::split and in front of hls::merge, between stages of a DATAFLOW region that
// is called twice: the workers and the channels are there once and keep going.
#include "hls_np_channel.h"
#include "hls_stream.h"
#include "hls_task.h"

const int WORKERS = 3;

static void offset(hls::stream<int>& in, hls::stream<int>& out) {
    for (int i = 0; i < 4; i++) {
#pragma HLS PIPELINE II=1
        out.write(in.read() - 7);
    }
}

static void square(hls::stream<int>& in, hls::stream<int>& out) {
#pragma HLS PIPELINE II=1
    const int word = in.read();
    out.write(word * word);
}

static void label(hls::stream<int>& in, hls::stream<int>& out) {
    int count = 0;
    while (true) {
#pragma HLS PIPELINE II=1
        out.write(in.read() + (count++ << 24));
    }
}

static void forward(hls::stream<int>& in, hls::stream<int>& out) {
    for (int i = 0; i < 4; i++) {
#pragma HLS PIPELINE II=1
        out.write(in.read());
    }
}

static void region(hls::stream<int>& in, hls::stream<int>& out) {
#pragma HLS DATAFLOW
    hls_thread_local hls::split::round_robin<int, WORKERS> spread;
    hls_thread_local hls::merge::round_robin<int, WORKERS, 4, 3> gather;
    hls_thread_local hls::stream<int, 2> labelled;
    hls_thread_local hls::task workers[WORKERS];
    hls_thread_local hls::task counter(label, gather.out, labelled);
    offset(in, spread.in);
    for (int k = 0; k < WORKERS; k++) {
#pragma HLS UNROLL
        workers[k](square, spread.out[k], gather.in[k]);
    }
    forward(labelled, out);
}

void round_robin_network(hls::stream<int>& in, hls::stream<int>& out) {
#pragma HLS DATAFLOW
    region(in, out);
    region(in, out);
}

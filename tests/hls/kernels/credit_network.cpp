// A producer that sends at most four words ahead of the credits that its consumer gives back.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_task.h"

static void produce(hls::stream<ap_uint<8> >& in, hls::stream<bool>& credits, hls::stream<ap_uint<8> >& link) {
    static ap_uint<3> available = 4;
    if (available == 0) {
        credits.read();
        available = 1;
    }
    link.write(in.read());
    available--;
}

static void consume(hls::stream<ap_uint<8> >& link, hls::stream<bool>& credits, hls::stream<ap_uint<8> >& out) {
    out.write(link.read() ^ 0xA5);
    credits.write(true);
}

void credit_network(hls::stream<ap_uint<8> >& in, hls::stream<ap_uint<8> >& out) {
    hls_thread_local hls::stream<ap_uint<8>, 4> link;
    hls_thread_local hls::stream<bool, 8> credits;
    hls_thread_local hls::task producer(produce, in, credits, link);
    hls_thread_local hls::task consumer(consume, link, credits, out);
}

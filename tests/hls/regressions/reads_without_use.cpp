// A region that only takes words, and uses none, was gone past when the next activation began: words too many came out.
#include <ap_int.h>
#include <hls_stream.h>

void reads_without_use(hls::stream<bool>& go, hls::stream<signed char>& in0, hls::stream<int>& out0,
                       hls::stream<int>& out1) {
    go.read();
    in0.read();
    signed char polled;
    while (!in0.read_nb(polled)) {
    }
    out0.write(1);
    out1.write(0);
}

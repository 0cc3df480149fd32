// Receiving end of a link: credits to the local sender, payloads to their streams. One flit a cycle.
//
// Never waits: senders keep to their credits, and the FIFO of gained credits is as deep as the sum of all credits.
#pragma once

#include "link_tx.h"

template <typename C>
void link_rx(hls::stream<ap_uint<C::PAYLOAD + 8>>& link, hls::stream<ap_uint<C::PAYLOAD>> (&out)[C::STREAMS],
             hls::stream<ap_uint<24>>& gained) {
#pragma HLS PIPELINE II=1
    const ap_uint<C::PAYLOAD + 8> flit = link.read();
    const ap_uint<C::PAYLOAD> payload = flit.range(C::PAYLOAD - 1, 0);
    const ap_uint<8> id = flit.range(C::PAYLOAD + 7, C::PAYLOAD);
    if (id == CREDIT_ID) {
        gained.write(payload.range(23, 0));
    }
    for (int stream = 0; stream < C::STREAMS; ++stream) {
#pragma HLS UNROLL
        if (id == stream) {
            out[stream].write(payload);
        }
    }
}

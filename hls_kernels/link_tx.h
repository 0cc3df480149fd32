// Sending end of a link: data of several streams and the credits of the streams that come in, one flit a cycle.
//
//   for each step (one activation): take credits and freed tokens; send one credit flit or one data flit.
//
// A flit is its payload and above it 8 bits of stream id. Data: round robin over the streams that have a flit and whose
// receiver has room. A credit flit (id CREDIT_ID; payload bits 0..15 count, 16..23 stream id) gathers the tokens of one
// incoming stream. It goes before data once a stream has CREDIT_BATCH tokens, so that credits take a small share of a
// busy link; one step in CREDIT_AGE any stream's tokens go, in turn; and when no data can go, at once.
#pragma once

#include "arithmetic.h"

constexpr int CREDIT_ID = 255;
constexpr int CREDIT_BATCH = 8;
constexpr int CREDIT_AGE = 32;

// The first request after `last`, in turn.
template <int COUNT>
Counter<COUNT> link_next(const ap_uint<COUNT>& requests, const Counter<COUNT>& last) {
#pragma HLS INLINE
    Counter<COUNT> lowest = 0;
    Counter<COUNT> lowest_after = 0;
    bool some_after = false;
    for (int i = COUNT - 1; i >= 0; --i) {
#pragma HLS UNROLL
        if (requests[i]) {
            lowest = i;
            if (last < i) {
                lowest_after = i;
                some_after = true;
            }
        }
    }
    return some_after ? lowest_after : lowest;
}

template <typename C>
void link_tx(hls::stream<ap_uint<C::PAYLOAD>> (&in)[C::STREAMS], hls::stream<ap_uint<24>>& gained,
             hls::stream<ap_uint<1>> (&freed)[C::REVERSE], hls::stream<ap_uint<C::PAYLOAD + 8>>& link) {
#pragma HLS PIPELINE II=1
    static_assert(C::PAYLOAD >= 24 && C::STREAMS < CREDIT_ID && C::REVERSE < CREDIT_ID, "a credit flit fits");
    static ap_uint<16> outstanding[C::STREAMS] = {};  // flits sent for which no credit came back
#pragma HLS ARRAY_PARTITION variable=outstanding dim=1 complete
    static ap_uint<16> tokens[C::REVERSE] = {};  // flits freed here and not yet reported
#pragma HLS ARRAY_PARTITION variable=tokens dim=1 complete
    // What the counts say, kept beside them so that a step need not compare first.
    static ap_uint<C::STREAMS> spent = 0;  // outstanding == CREDITS
    static ap_uint<C::REVERSE> some = 0;   // tokens != 0
    static ap_uint<C::REVERSE> many = 0;   // tokens >= CREDIT_BATCH
    static Counter<C::STREAMS> last_data = 0;
    static Counter<C::REVERSE> last_credit = 0;
    static Counter<CREDIT_AGE> age = 0;

    ap_uint<C::STREAMS> data_ready = 0;
    for (int stream = 0; stream < C::STREAMS; ++stream) {
#pragma HLS UNROLL
        const bool waits = !in[stream].empty();
        data_ready[stream] = waits && !spent[stream];
    }
    const bool aged = age == CREDIT_AGE - 1;
    const bool credit_goes = many != 0 || (some != 0 && (aged || data_ready == 0));
    const bool data_goes = data_ready != 0 && !credit_goes;
    const Counter<C::REVERSE> credit_stream = link_next<C::REVERSE>(aged || many == 0 ? some : many, last_credit);
    const Counter<C::STREAMS> data_stream = link_next<C::STREAMS>(data_ready, last_data);

    ap_uint<C::PAYLOAD + 8> flit = 0;
    for (int stream = 0; stream < C::STREAMS; ++stream) {
#pragma HLS UNROLL
        if (data_goes && data_stream == stream) {
            flit.range(C::PAYLOAD - 1, 0) = in[stream].read();
            flit.range(C::PAYLOAD + 7, C::PAYLOAD) = stream;
        }
    }
    for (int stream = 0; stream < C::REVERSE; ++stream) {
#pragma HLS UNROLL
        if (credit_goes && credit_stream == stream) {
            flit.range(15, 0) = tokens[stream];
            flit.range(23, 16) = stream;
            flit.range(C::PAYLOAD + 7, C::PAYLOAD) = CREDIT_ID;
        }
    }
    if (credit_goes || data_goes) {
        link.write(flit);
    }

    ap_uint<24> gain = 0;
    const bool gains = gained.read_nb(gain);
    const ap_uint<16> gain_count = gain.range(15, 0);
    const ap_uint<8> gain_stream = gain.range(23, 16);
    for (int stream = 0; stream < C::STREAMS; ++stream) {
#pragma HLS UNROLL
        const bool sends = data_goes && data_stream == stream;
        ap_uint<16> returned = 0;
        if (gains && gain_stream == stream) {
            returned = gain_count;
        }
        const ap_uint<16> kept = outstanding[stream] - returned;
        const ap_uint<16> more = kept + 1;
        spent[stream] = sends ? more == C::CREDITS[stream] : kept == C::CREDITS[stream];
        outstanding[stream] = sends ? more : kept;
    }
    for (int stream = 0; stream < C::REVERSE; ++stream) {
#pragma HLS UNROLL
        const bool sends = credit_goes && credit_stream == stream;
        ap_uint<1> token;
        const ap_uint<16> fresh = freed[stream].read_nb(token) ? 1 : 0;
        const ap_uint<16> gathered = tokens[stream] + fresh;
        some[stream] = sends ? fresh != 0 : gathered != 0;
        many[stream] = !sends && gathered >= CREDIT_BATCH;
        tokens[stream] = sends ? fresh : gathered;
    }
    if (data_goes) {
        last_data = data_stream;
    }
    if (credit_goes) {
        last_credit = credit_stream;
    }
    if (!aged) {
        age = age + 1;
    } else if (credit_goes) {
        age = 0;
    }
}

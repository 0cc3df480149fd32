// Sending end of a link: data of several streams and the credits of the streams that come in, one flit a cycle.
//
//   for each step (one activation): take credits and freed tokens; send one credit flit or one data flit.
//
// A flit is its payload and above it 8 bits of stream id. Data: round robin over the streams that have a flit and whose
// receiver has room. A credit flit (id CREDIT_ID; payload bits 0..15 count, 16..23 stream id) gathers the tokens of one
// incoming stream. The incoming streams are looked at in turn, one a step: its tokens go before data when there are
// CREDIT_BATCH of them, so that credits take a small share of a busy link; or when the last such exception is
// CREDIT_AGE steps ago (a prime, so that every stream's turn comes); or when no data can go.
#pragma once

#include "arithmetic.h"

constexpr int CREDIT_ID = 255;
constexpr int CREDIT_BATCH = 8;
constexpr int CREDIT_AGE = 31;

// The lowest request among those of `preferred`, else the lowest of all; one bit.
template <int COUNT>
ap_uint<COUNT> link_choice(const ap_uint<COUNT>& requests, const ap_uint<COUNT>& preferred) {
#pragma HLS INLINE
    const ap_uint<COUNT> first = requests & preferred;
    const ap_uint<COUNT> candidates = first != 0 ? first : requests;
    const ap_uint<COUNT> below = candidates - 1;
    return candidates & ~below;
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
    static ap_uint<C::STREAMS> later = 0;  // the streams behind the one that sent last
    static ap_uint<C::REVERSE> turn = 1;   // one bit, goes round
    static Counter<CREDIT_AGE> age = 0;

    ap_uint<C::STREAMS> data_ready = 0;
    for (int stream = 0; stream < C::STREAMS; ++stream) {
#pragma HLS UNROLL
        const bool waits = !in[stream].empty();
        data_ready[stream] = waits && !spent[stream];
    }
    const bool aged = age == CREDIT_AGE - 1;
    const bool exception = (some & turn) != 0 && (aged || data_ready == 0);
    const bool credit_goes = (many & turn) != 0 || exception;
    const bool data_goes = data_ready != 0 && !credit_goes;
    const ap_uint<C::STREAMS> chosen = link_choice<C::STREAMS>(data_ready, later);

    ap_uint<C::PAYLOAD> payload = 0;
    ap_uint<8> id = CREDIT_ID;
    for (int stream = 0; stream < C::STREAMS; ++stream) {
#pragma HLS UNROLL
        if (data_goes && chosen[stream]) {
            payload = in[stream].read();
            id = stream;
        }
    }
    for (int stream = 0; stream < C::REVERSE; ++stream) {
#pragma HLS UNROLL
        if (credit_goes && turn[stream]) {
            payload = tokens[stream] | ap_uint<24>(stream << 16);
        }
    }
    if (credit_goes || data_goes) {
        ap_uint<C::PAYLOAD + 8> flit = payload;
        flit.range(C::PAYLOAD + 7, C::PAYLOAD) = id;
        link.write(flit);
    }

    ap_uint<24> gain = 0;
    const bool gains = gained.read_nb(gain);
    const ap_uint<16> gain_count = gain.range(15, 0);
    const ap_uint<8> gain_stream = gain.range(23, 16);
    for (int stream = 0; stream < C::STREAMS; ++stream) {
#pragma HLS UNROLL
        const bool sends = data_goes && chosen[stream];
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
        const bool sends = credit_goes && turn[stream];
        ap_uint<1> token;
        const ap_uint<16> fresh = freed[stream].read_nb(token) ? 1 : 0;
        const ap_uint<16> gathered = tokens[stream] + fresh;
        some[stream] = sends ? fresh != 0 : gathered != 0;
        many[stream] = !sends && gathered >= CREDIT_BATCH;
        tokens[stream] = sends ? fresh : gathered;
    }
    if (data_goes) {
        for (int stream = 0; stream < C::STREAMS; ++stream) {
#pragma HLS UNROLL
            later[stream] = (chosen & ((1 << stream) - 1)) != 0;
        }
    }
    turn = (turn << 1) | (turn >> (C::REVERSE - 1));
    if (!aged) {
        age = age + 1;
    } else if (exception) {
        age = 0;
    }
}

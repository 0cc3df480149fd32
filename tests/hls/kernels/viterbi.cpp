// Viterbi decoder, rate 1/2, constraint length 3 (7, 5 octal), 32 symbols a block, hard decisions, full trace back.
#include "ap_int.h"
#include "hls_stream.h"

#define STATES 4
#define LENGTH 32
typedef ap_uint<7> metric_t;

static ap_uint<2> expected(ap_uint<2> state, ap_uint<1> bit) {
    ap_uint<3> reg = (bit, state);
    ap_uint<2> symbol;
    symbol[1] = reg[2] ^ reg[1] ^ reg[0];
    symbol[0] = reg[2] ^ reg[0];
    return symbol;
}

void viterbi(hls::stream<ap_uint<2> >& symbols, hls::stream<ap_uint<1> >& bits) {
    metric_t metric[STATES] = {0, 100, 100, 100};
    ap_uint<STATES> decisions[LENGTH];
    ap_uint<1> decoded[LENGTH];
forward:
    for (int t = 0; t < LENGTH; t++) {
#pragma HLS PIPELINE II=1
        const ap_uint<2> got = symbols.read();
        metric_t next[STATES];
        ap_uint<STATES> choice;
        for (int s = 0; s < STATES; s++) {
            const ap_uint<1> bit = s >> 1;
            metric_t cost[2];
            for (int k = 0; k < 2; k++) {
                const ap_uint<2> from = (s & 1) * 2 + k;
                const ap_uint<2> wrong = expected(from, bit) ^ got;
                cost[k] = metric[from] + wrong[0] + wrong[1];
            }
            const bool second = cost[1] < cost[0];
            next[s] = second ? cost[1] : cost[0];
            choice[s] = second;
        }
        for (int s = 0; s < STATES; s++) metric[s] = next[s];
        decisions[t] = choice;
    }
    ap_uint<2> state = 0;
    metric_t best = metric[0];
    for (int s = 1; s < STATES; s++) {
#pragma HLS UNROLL
        if (metric[s] < best) {
            best = metric[s];
            state = s;
        }
    }
back:
    for (int t = LENGTH - 1; t >= 0; t--) {
#pragma HLS PIPELINE II=1
        decoded[t] = state[1];
        const bool k = decisions[t][state];
        state = (ap_uint<1>(state[0]), ap_uint<1>(k));
    }
output:
    for (int t = 0; t < LENGTH; t++) {
#pragma HLS PIPELINE II=1
        bits.write(decoded[t]);
    }
}

// LSTM cell with four units in integers: Q4.12 states, Q12 weights, piecewise linear sigmoid and tanh; one unit a step.
#include "ap_int.h"
#include "hls_stream.h"

#define UNITS 4
#define INPUTS 2
typedef ap_int<16> number_t;

struct Gates {
    short w[4][UNITS][INPUTS + UNITS];
    constexpr Gates() : w() {
        int v = 7;
        for (int g = 0; g < 4; g++)
            for (int u = 0; u < UNITS; u++)
                for (int i = 0; i < INPUTS + UNITS; i++) {
                    v = (v * 73 + 41) % 4001;
                    w[g][u][i] = short(v - 2000);
                }
    }
};
static constexpr Gates weights;

static number_t clamp(ap_int<32> v, number_t low, number_t high) {
    if (v < low) return low;
    if (v > high) return high;
    return v;
}
static number_t sigmoid(number_t x) { return clamp((x >> 2) + 2048, 0, 4096); }
static number_t hyperbolic(number_t x) { return clamp(x, -4096, 4096); }

void lstm_cell(hls::stream<number_t>& in, hls::stream<number_t>& out) {
    static number_t hidden[UNITS], cell[UNITS];
#pragma HLS ARRAY_PARTITION variable=hidden complete
    number_t x[INPUTS + UNITS], fresh[UNITS];
#pragma HLS ARRAY_PARTITION variable=x complete
#pragma HLS ARRAY_PARTITION variable=fresh complete
    for (int i = 0; i < INPUTS; i++) {
#pragma HLS PIPELINE II=1
        x[i] = in.read();
    }
    for (int i = 0; i < UNITS; i++) {
#pragma HLS UNROLL
        x[INPUTS + i] = hidden[i];
    }
units:
    for (int u = 0; u < UNITS; u++) {
#pragma HLS PIPELINE II=1
#pragma HLS DEPENDENCE variable=cell inter false
        ap_int<40> acc[4];
        for (int g = 0; g < 4; g++) {
            acc[g] = 0;
            for (int i = 0; i < INPUTS + UNITS; i++) acc[g] += x[i] * ap_int<13>(weights.w[g][u][i]);
        }
        const number_t input = sigmoid(clamp(acc[0] >> 12, -32768, 32767));
        const number_t forget = sigmoid(clamp(acc[1] >> 12, -32768, 32767));
        const number_t output = sigmoid(clamp(acc[2] >> 12, -32768, 32767));
        const number_t update = hyperbolic(clamp(acc[3] >> 12, -32768, 32767));
        const ap_int<34> mixed = forget * cell[u] + input * update;
        const number_t state = clamp(mixed >> 12, -32768, 32767);
        cell[u] = state;
        fresh[u] = (output * hyperbolic(state)) >> 12;
    }
    for (int u = 0; u < UNITS; u++) {
#pragma HLS PIPELINE II=1
        hidden[u] = fresh[u];
        out.write(fresh[u]);
    }
}

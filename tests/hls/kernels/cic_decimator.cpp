// CIC decimator, three stages, rate 8: integrators at the input rate, combs at the output rate.
#include "ap_int.h"
#include "hls_stream.h"

#define STAGES 3
#define RATE 8
typedef ap_int<12 + 9> word_t;

void cic_decimator(hls::stream<ap_int<12> >& in, hls::stream<word_t>& out) {
    static word_t integrator[STAGES], comb[STAGES];
    for (int phase = 0; phase < RATE; phase++) {
#pragma HLS PIPELINE II=1
        word_t carry = in.read();
        for (int s = 0; s < STAGES; s++) {
#pragma HLS UNROLL
            integrator[s] += carry;
            carry = integrator[s];
        }
        if (phase == RATE - 1) {
            for (int s = 0; s < STAGES; s++) {
                word_t previous = comb[s];
                comb[s] = carry;
                carry = carry - previous;
            }
            out.write(carry);
        }
    }
}

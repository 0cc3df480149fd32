#include "ap_int.h"
#include "hls_stream.h"

// What stages of a region change for the code around it, and take from it by value: an ap_int, which is a structure of
// one number that is cleared and copied as a block of memory. And a bool that goes to a function and to a loop.
typedef ap_int<12> Word;

static void load(hls::stream<Word>& in0, Word rows[4], ap_uint<5>& seen, bool& odd) {
    for (int i = 0; i < 4; i++) rows[i] = in0.read();
    odd = rows[2][0];
    seen = seen + ap_uint<5>(rows[3]);
}

static void add(const Word rows[4], bool odd, Word bias, int before, hls::stream<Word>& out0, Word& sum) {
    Word found = odd ? bias : Word(3 * before);
    for (int i = 0; i < 4; i++) found += rows[3 - i];
    out0.write(found);
    sum = found;
}

static void region(hls::stream<Word>& in0, hls::stream<Word>& out0, hls::stream<Word>& out2, Word bias, ap_uint<5>& seen,
                   int before, Word& sum) {
#pragma HLS DATAFLOW
    Word rows[4];
    bool odd;
    load(in0, rows, seen, odd);
    add(rows, odd, bias, before, out0, sum);
    for (int i = 0; i < 4; i++) out2.write(odd ? rows[i] : Word(i));
}

void results_of_stages_in_a_loop(hls::stream<bool>& go, hls::stream<Word>& in0, hls::stream<Word>& out0,
                                 hls::stream<Word>& out1, hls::stream<Word>& out2) {
    go.read();
    Word sum = 0;
    ap_uint<5> seen = 0;
    for (int n = 0; n < 2; n++) {
        for (int i = 0; i < 2; i++) {  // joined with the calls behind it: who is waited for has been started before
#pragma HLS PIPELINE
            sum = n * sum | sum;
            out1.write(i > sum);
            out1.write(sum >> 3);
        }
        region(in0, out0, out2, n * seen, seen, sum.to_int(), sum);
        out1.write(sum);
    }
    out1.write(seen);
}

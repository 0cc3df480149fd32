// Tables that floating-point code fills from constants: local and static arrays, members of a static object, by way of
// another table, with float arithmetic, partitioned; parts of the object change later.
#include <math.h>

#include "ap_fixed.h"
#include "ap_int.h"
#include "hls_stream.h"

typedef ap_fixed<18, 1, AP_RND_CONV, AP_SAT_SYM> wave;

static void fill_sine(wave table[64]) {
    double turns[64];
    for (int i = 0; i < 64; i++) turns[i] = (i - 20) / 64.0;
    for (int i = 0; i < 64; i++) {
        const double value = sin(2 * M_PI * turns[i]);
        table[i] = value;
    }
}

static void fill_window(short table[32]) {
    for (int i = 0; i < 32; i++) {
        float part = 0.54f - 0.46f * cos(2.0f * M_PI * i / (float)31);
        table[i] = (short)round(16384.0f * part);
    }
}

template <int N> class Oscillator {
    wave steps[N];
    ap_fixed<12, -5> fine[8];
    ap_uint<16> phase;

  public:
    Oscillator() : phase(3) {
        for (int i = 0; i < N; i++) steps[i] = cos(M_PI * (0.5 + i) / N);
        for (int i = 0; i < 8; i++) {
            if (i > 2) fine[i] = pow(2.0, -i) / 3;
            else fine[i] = -exp(-3.5 - i);
        }
    }
    ~Oscillator() {}
    ap_fixed<20, 2> next(ap_uint<8> by) {
        phase += by;
        return steps[phase % N] + fine[phase(5, 3)];
    }
};

// float arguments give float results
static void fill_narrow(ap_fixed<30, 2> table[16]) {
    for (int i = 0; i < 16; i++) table[i] = sin(0.1f * i) + exp(-0.3f * i) * cos(i);
}

static double tone(int i) {
    return i % 3 == 0 ? floor(100 * sqrt(double(i))) : log(1.0 + i) * 50;
}

static struct Levels {
    ap_int<12> at[16];
    Levels() {
        for (int i = 0; i < 16; i++) at[i] = (int)tone(i);
    }
} levels;

void tables_of_constants(hls::stream<ap_uint<8>>& go, hls::stream<ap_fixed<44, 16>>& out) {
    static short window[32];
    static Oscillator<24> oscillator;
    ap_fixed<30, 2> narrow[16];
    fill_narrow(narrow);
    wave sine[64];
#pragma HLS ARRAY_PARTITION variable=sine cyclic factor=4
    fill_sine(sine);
    fill_window(window);
    const ap_uint<8> at = go.read();
    out.write(sine[at % 64]);
    out.write(narrow[at % 16] << 12);
    out.write(window[at % 32]);
    out.write(oscillator.next(at));
    out.write(levels.at[at % 16]);
}

#include "kernel.h"

int main() {
    int wrong = 0;
    for (int gain = 1; gain < 16; gain += 7) {
        value_t in[COUNT];
        ap_uint<16> out[COUNT];
        for (int i = 0; i < COUNT; i++) in[i] = (i * 331 + gain) % 4096;
        two_stages(in, out, gain);
        for (int i = 0; i < COUNT; i++) wrong += int(out[i]) != int(in[i]) * gain + (i > 0 ? int(in[i - 1]) : 0);
    }
    return wrong;
}

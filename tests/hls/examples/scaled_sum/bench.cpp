#include "kernel.h"

int main() {
    ap_uint<48> total = (ap_uint<48>(1) << 47) + 5;
    int wrong = 0;
    for (int run = 0; run < 3; run++) {
        short values[COUNT];
        long long sum = 0;
        int best = 0;
        for (int i = 0; i < COUNT; i++) {
            values[i] = short(i * i * 700 - 9000 * run * (i > 7));
            sum += values[i] * (run - 40);
            if (values[i] > values[best]) best = i;
        }
        const ap_uint<48> expected = total + sum;
        ap_uint<4> largest = 15;
        wrong += scaled_sum(values, run - 40, total, &largest).to_int64() != sum;
        wrong += total != expected || int(largest) != best;
    }
    return wrong;
}

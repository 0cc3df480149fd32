#include <algorithm>
#include <vector>

#include "kernel.h"

int main() {
    int wrong = 0, above = 100;
    for (int run = 0; run < 3; run++) {
        std::vector<int> values(COUNT);
        for (int i = 0; i < COUNT; i++) values[i] = (i * 7919) % 1000 - 400 - run;
        if (run == 1) values[9] = STOP;
        const int end = run == 1 ? 9 : COUNT, limit = 50 * run;
        int expected = above;
        for (int i = 0; i < end; i++) expected += values[i] > limit;
        Range range = {0, 0};
        wrong += statistics(values.data(), limit, &range, above) != (run != 1);
        wrong += range.low != *std::min_element(values.begin(), values.begin() + end);
        wrong += range.high != *std::max_element(values.begin(), values.begin() + end);
        wrong += above != expected;
    }
    return wrong;
}

#include <iostream>

#include "kernel.h"

int main() {
    int wrong = 0;
    for (int count : {1, 7, 64}) {
        short samples[MAXIMUM], means[MAXIMUM] = {};
        int sum = 0;
        for (int i = 0; i < MAXIMUM; i++) samples[i] = short(i * i - 500);
        const int total = running_mean(samples, count, means);
        for (int i = 0; i < count; i++) {
            sum += samples[i];
            wrong += means[i] != short(sum >> 3);
        }
        wrong += total != sum;
        std::cout << count << " samples, sum " << total << "\n";
    }
    return wrong;
}

#include <cmath>
#include <iostream>

#include "kernel.h"

int main() {
    sample_t in[COUNT];
    weight_t weights[COUNT / 2];
    result_t out[COUNT];
    for (int i = 0; i < COUNT; i++) in[i] = 7.5 * std::sin(0.9 * i);
    for (int i = 0; i < COUNT / 2; i++) weights[i] = 0.5 - 0.5 * std::cos(0.26 * (i + 1));
    const double largest = window(in, weights, out).to_double();
    double found = -4;
    int wrong = 0;
    for (int i = 0; i < COUNT; i++) {
        const double exact = in[i].to_double() * weights[i < COUNT / 2 ? i : COUNT - 1 - i].to_double();
        const double limited = std::fmax(-4.0, std::fmin(exact, 4.0 - 1.0 / 512));
        wrong += std::fabs(out[i].to_double() - limited) > 0.5 / 512;
        found = std::fmax(found, out[i].to_double());
    }
    std::cout << "largest " << largest << "\n";
    return wrong + (found != largest);
}

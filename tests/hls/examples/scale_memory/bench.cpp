#include "kernel.h"

int main() {
    int in[CAPACITY], wrong = 0;
    short out[CAPACITY];
    const int counts[] = {1, 50, CAPACITY};
    for (int count : counts) {
        int sum = 0;
        for (int i = 0; i < CAPACITY; i++) {
            in[i] = 1000 * i - count;
            out[i] = -1;
            sum += i < count ? in[i] : 0;
        }
        wrong += scale_memory(in, out, count, 3) != sum + in[0];
        for (int i = 0; i < CAPACITY; i++) wrong += out[i] != (i < count ? short(in[count - 1 - i] * 3) : -1);
    }
    return wrong;
}

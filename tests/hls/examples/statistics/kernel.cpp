// Scalars by pointer and by reference, structures, handshakes on scalar ports, an early exit.
#include "kernel.h"

bool statistics(const int values[COUNT], int limit, Range *range, int &above) {
#pragma HLS INTERFACE mode = ap_vld port = limit
#pragma HLS INTERFACE mode = ap_hs port = range
    Range found = {values[0], values[0]};
    for (int i = 0; i < COUNT; i++) {
        const int one = values[i];
        if (one == STOP) {
            *range = found;
            return false;
        }
        if (one < found.low) found.low = one;
        if (one > found.high) found.high = one;
        if (one > limit) above++;
    }
    *range = found;
    return true;
}

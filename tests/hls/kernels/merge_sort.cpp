// Bottom-up merge sort of 32 words between two memories; one output of a merge a step.
#include "ap_int.h"
#include "hls_stream.h"

#define SIZE 32

void merge_sort(hls::stream<int>& in, hls::stream<int>& out) {
    int ping[SIZE], pong[SIZE];
    for (int i = 0; i < SIZE; i++) {
#pragma HLS PIPELINE II=1
        ping[i] = in.read();
    }
    bool from_ping = true;
    for (int width = 1; width < SIZE; width *= 2) {
        int f1 = 0, f2 = width, i2 = width, i3 = 2 * width;
        for (int i = 0; i < SIZE; i++) {
#pragma HLS PIPELINE II=2
            const int t1 = from_ping ? ping[f1] : pong[f1];
            const int at2 = f2 == SIZE ? 0 : f2;
            const int t2 = from_ping ? ping[at2] : pong[at2];
            int chosen;
            if (f2 == i3 || (f1 < i2 && t1 <= t2)) {
                chosen = t1;
                f1++;
            } else {
                chosen = t2;
                f2++;
            }
            if (from_ping) {
                pong[i] = chosen;
            } else {
                ping[i] = chosen;
            }
            if (f1 == i2 && f2 == i3) {
                f1 = i3;
                i2 = i2 + 2 * width;
                i3 = i3 + 2 * width;
                if (i2 >= SIZE) i2 = SIZE;
                if (i3 >= SIZE) i3 = SIZE;
                f2 = i2;
            }
        }
        from_ping = !from_ping;
    }
    for (int i = 0; i < SIZE; i++) {
#pragma HLS PIPELINE II=1
        out.write(from_ping ? ping[i] : pong[i]);
    }
}

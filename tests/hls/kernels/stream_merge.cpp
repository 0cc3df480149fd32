// Merges two sorted streams into one; each starts with its count.
#include "ap_int.h"
#include "hls_stream.h"

void stream_merge(hls::stream<int>& a, hls::stream<int>& b, hls::stream<int>& out) {
    int left_a = a.read(), left_b = b.read();
    int head_a = 0, head_b = 0;
    bool has_a = false, has_b = false;
    while (left_a > 0 || left_b > 0) {
#pragma HLS PIPELINE II=1
        if (!has_a && left_a > 0) head_a = a.read();
        if (!has_b && left_b > 0) head_b = b.read();
        has_a = left_a > 0;
        has_b = left_b > 0;
        if (has_a && (!has_b || head_a <= head_b)) {
            out.write(head_a);
            has_a = false;
            left_a--;
        } else {
            out.write(head_b);
            has_b = false;
            left_b--;
        }
    }
}

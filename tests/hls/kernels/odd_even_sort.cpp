// Odd-even transposition in a memory: bubble sort as it is first written, two ports, one exchange a step.
#include "ap_int.h"
#include "hls_stream.h"

void odd_even_sort(hls::stream<ap_uint<8> >& in, hls::stream<ap_uint<8> >& out) {
    ap_uint<8> a[10];
    for (int i = 0; i < 10; i++) a[i] = in.read();
    for (int pass = 0; pass < 10; pass++) {
        for (int i = pass % 2; i + 1 < 10; i += 2) {
            if (a[i] > a[i + 1]) {
                ap_uint<8> t = a[i];
                a[i] = a[i + 1];
                a[i + 1] = t;
            }
        }
    }
    for (int i = 0; i < 10; i++) out.write(a[i]);
}

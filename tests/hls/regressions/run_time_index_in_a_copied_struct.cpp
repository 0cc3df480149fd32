#include "ap_int.h"
#include "hls_stream.h"
struct Record { signed char f0; unsigned long long f1; signed char t[4]; };
void run_time_index_in_a_copied_struct(hls::stream<bool>& go, hls::stream<ap_uint<8>>& in0, hls::stream<int>& out0) {
    go.read();
    Record one;
    one.f0 = 3;
    one.f1 = in0.read();
    for (int i = 0; i < 4; i++) one.t[i] = in0.read();
    Record two = one;
    two.t[in0.read() & 3] = 7;
    if (in0.read() & 1) one = two;
    two = one;
    out0.write(two.t[in0.read() & 3] + two.f1 + one.f0 + one.t[in0.read() & 3]);
}

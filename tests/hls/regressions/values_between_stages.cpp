#include <ap_int.h>
#include <hls_stream.h>

// What a stage takes by value: a converted bool, an element in the middle of an array, and one that it never uses.
static void first(hls::stream<bool>& go, hls::stream<int>& in, bool& odd, short parts[6], bool& unused,
                  hls::stream<int>& mid) {
    go.read();
    int sum = 0;
    for (int i = 0; i < 6; i++) {
        const int x = in.read();
        parts[i] = x;
        sum += x;
    }
    odd = sum & 1;
    unused = sum > 0;
    mid.write(sum);
}

static void second(hls::stream<int>& mid, bool odd, int part, ap_uint<3> narrow, bool, hls::stream<int>& out) {
    const int x = mid.read();
    out.write((odd ? x : -x) + 5 * part + narrow);
}

void values_between_stages(hls::stream<bool>& go, hls::stream<int>& in, hls::stream<int>& out) {
#pragma HLS DATAFLOW
    hls::stream<int> mid;
    bool odd, unused;
    short parts[6];
    first(go, in, odd, parts, unused, mid);
    second(mid, odd, parts[4], 5, unused, out);
}

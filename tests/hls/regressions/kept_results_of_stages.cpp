#include <ap_int.h>
#include <hls_stream.h>

// What a stage changes under a condition, or in parts, is otherwise what the code around the region had there before.
struct Found {
    int sum;
    short low;
    bool odd;
    ap_int<20> last[2];
};
static void source(int x, hls::stream<int>& values) {
    for (int i = 0; i < 4; i++) values.write(x + i * 1000);
}
static void stage(int x, hls::stream<int>& values, hls::stream<int>& others, int& sum) {
    int added = 0;
    for (int i = 0; i < 4; i++) {
        const int value = values.read();
        added += value;
        others.write(value);
    }
    if (x & 1) sum = added;
}
static void search(int x, hls::stream<int>& values, Found& found) {
    for (int i = 0; i < 4; i++) {
        const int value = values.read();
        found.sum += value;
        if (value < found.low) found.low = value;
        if (i == (x & 3)) found.last[i & 1] = value;
    }
    found.odd = x & 1;
}
static void region(int x, int& sum, Found& found) {
#pragma HLS DATAFLOW
    hls::stream<int> values, others;
    source(x, values);
    stage(x, values, others, sum);
    search(x, others, found);
}

void kept_results_of_stages(hls::stream<bool>& go, hls::stream<int>& in, hls::stream<int>& out) {
    go.read();
    Found found{5, 30000, false, {1, 2}};
    for (int i = 0; i < 3; i++) {
        int sum = 100 * i;
        region(in.read(), sum, found);
        out.write(sum);
        out.write(found.sum + 3 * found.low + found.odd);
        out.write(found.last[0] ^ found.last[1] << 3);
    }
}

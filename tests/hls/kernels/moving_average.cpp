// Average of the last 16 samples: running sum and a circular buffer in memory.
#include "ap_int.h"
#include "hls_stream.h"

void moving_average(hls::stream<ap_uint<12> >& in, hls::stream<ap_uint<12> >& out) {
    static ap_uint<12> window[16];
#pragma HLS BIND_STORAGE variable=window type=ram_2p impl=lutram
    static ap_uint<4> head = 0;
    static ap_uint<16> sum = 0;
#pragma HLS PIPELINE II=1
    ap_uint<12> sample = in.read();
    sum += sample;
    sum -= window[head];
    window[head] = sample;
    head++;
    out.write(sum / 16);
}

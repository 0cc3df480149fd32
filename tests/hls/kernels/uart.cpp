// UART transmitter, 8N1, four samples a bit, as a state machine of counters.
#include "ap_int.h"
#include "hls_stream.h"

void uart(hls::stream<ap_uint<8> >& data, hls::stream<bool>& line) {
    const ap_uint<8> byte = data.read();
    for (ap_uint<4> bit = 0; bit < 10; bit++) {
        for (ap_uint<3> sample = 0; sample < 4; sample++) {
#pragma HLS PIPELINE II=1
            bool level;
            if (bit == 0)
                level = false;
            else if (bit == 9)
                level = true;
            else
                level = byte[bit - 1];
            line.write(level);
        }
    }
}

// Packets of bytes (bit 8: last): type, length, payload. Sums payloads of type 1, forwards payloads of type 2, counts the
// rest; a loop that polls with read_nb and never holds a packet up.
#include "ap_int.h"
#include "hls_stream.h"

typedef ap_uint<9> beat_t;

void packet_parser(hls::stream<beat_t>& in, hls::stream<ap_uint<8> >& payload, hls::stream<ap_uint<24> >& status) {
#pragma HLS INTERFACE ap_ctrl_none port=return
    enum State { TYPE, LENGTH, PAYLOAD, DROP };
    static ap_uint<2> state = TYPE;
    static ap_uint<8> type = 0, left = 0;
    static ap_uint<16> sum = 0;
#pragma HLS PIPELINE II=1
    beat_t beat;
    if (!in.read_nb(beat)) return;
    const ap_uint<8> byte = beat.range(7, 0);
    const bool last = beat[8];
    switch (state) {
    case TYPE:
        type = byte;
        sum = 0;
        state = (byte == 1 || byte == 2) ? LENGTH : DROP;
        break;
    case LENGTH:
        left = byte;
        state = byte == 0 ? DROP : PAYLOAD;
        break;
    case PAYLOAD:
        if (type == 2) {
            payload.write(byte);
        } else {
            sum += byte;
        }
        if (--left == 0) state = DROP;
        break;
    default:
        break;
    }
    if (last) {
        ap_uint<24> word = 0;
        word.range(7, 0) = type;
        word.range(23, 8) = sum;
        status.write(word);
        state = TYPE;
    }
}

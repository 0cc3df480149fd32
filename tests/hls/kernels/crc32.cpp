// CRC-32 (reflected, 0xEDB88320), a byte a cycle, table built at compile time. A length word comes first.
#include "ap_int.h"
#include "hls_stream.h"

struct Table {
    unsigned value[256];
    constexpr Table() : value() {
        for (unsigned i = 0; i < 256; i++) {
            unsigned c = i;
            for (int k = 0; k < 8; k++) c = (c & 1) ? 0xEDB88320u ^ (c >> 1) : c >> 1;
            value[i] = c;
        }
    }
};
static constexpr Table table;

void crc32(hls::stream<ap_uint<16> >& length, hls::stream<ap_uint<8> >& data, hls::stream<ap_uint<32> >& crc) {
    unsigned state = 0xFFFFFFFFu;
    const unsigned count = length.read();
    for (unsigned i = 0; i < count; i++) {
#pragma HLS PIPELINE II=1
#pragma HLS LOOP_TRIPCOUNT min=1 max=1500
        state = table.value[(state ^ data.read()) & 0xFF] ^ (state >> 8);
    }
    crc.write(~state);
}

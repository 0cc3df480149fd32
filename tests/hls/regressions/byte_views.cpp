// Bytes and halves of words, read and written through pointers of their own types, with indices of run time.
#include "ap_int.h"
#include "hls_stream.h"

typedef short half __attribute__((may_alias));

void byte_views(hls::stream<ap_uint<32>>& go, hls::stream<ap_uint<32>>& in, hls::stream<ap_int<32>>& out) {
    int words[8];
    const int first = go.read() & 3;
    for (int i = 0; i < 8; i++) words[i] = in.read();
    const signed char* bytes = (const signed char*)&words[first];
    int sum = 0;
    for (int i = 0; i < 13; i++) {
        sum += *bytes;
        bytes++;
    }
    half* halves = (half*)words;
    for (int i = 1; i < 14; i += 3) halves[i + (first & 1)] = halves[i] ^ sum;
    out.write(sum);
    for (int i = 0; i < 8; i++) out.write(words[i]);
}

#include "kernel.h"

int main() {
    hls::stream<word_t> in, out;
    const int lengths[] = {5, 1, 12};
    int wrong = 0;
    for (int length : lengths)
        for (int i = 0; i < length; i++) {
            word_t word;
            word.data = 70000 * i + length;
            word.keep = 7;
            word.strb = i % 8;
            word.user = i % 4;
            word.last = i == length - 1;
            word.id = length % 8;
            word.dest = i % 2;
            in.write(word);
        }
    for (int length : lengths) {
        wrong += packets(in, out) != length;
        for (int i = 0; i <= length; i++) {
            const word_t word = out.read();
            const bool trailer = i == length;
            wrong += word.data != (trailer ? length : ~(70000 * i + length) & 0xFFFFFF);
            wrong += word.last != trailer || word.keep != (trailer ? 1 : 7) || word.id != length % 8;
            wrong += word.strb != (trailer ? i - 1 : i) % 8 || word.user != (trailer ? i - 1 : i) % 4;
        }
    }
    return wrong + !in.empty() + !out.empty();
}

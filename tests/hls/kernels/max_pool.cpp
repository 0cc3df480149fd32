// 2x2 max-pool with the index of the winner (row-major, first wins), four channels a word.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_vector.h"

static const int ROWS = 6, COLS = 10, LANES = 4;
typedef hls::vector<ap_int<8>, LANES> values_t;
typedef hls::vector<ap_uint<2>, LANES> indices_t;

void max_pool(hls::stream<values_t>& in, hls::stream<values_t>& best_out, hls::stream<indices_t>& index_out) {
    values_t best[COLS / 2];
    indices_t index[COLS / 2];
    for (int r = 0; r < ROWS; r++) {
        for (int c = 0; c < COLS; c++) {
#pragma HLS PIPELINE II=1
            const values_t v = in.read();
            values_t b = best[c / 2];
            indices_t k = index[c / 2];
            const ap_uint<2> here = (r % 2) * 2 + c % 2;
            for (int lane = 0; lane < LANES; lane++) {
                if (here == 0 || v[lane] > b[lane]) {
                    b[lane] = v[lane];
                    k[lane] = here;
                }
            }
            best[c / 2] = b;
            index[c / 2] = k;
            if (here == 3) {
                best_out.write(b);
                index_out.write(k);
            }
        }
    }
}

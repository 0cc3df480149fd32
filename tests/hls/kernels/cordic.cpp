// CORDIC rotation, fully unrolled: angle in (turns / 2^16) to cosine and sine (2^14 = 1), one result a cycle.
#include "ap_int.h"
#include "hls_stream.h"
#include "hls_vector.h"

#define STEPS 14
typedef ap_int<18> coord_t;
static const ap_int<17> ATAN[STEPS] = {8192, 4836, 2555, 1297, 651, 326, 163, 81, 41, 20, 10, 5, 3, 1};

void cordic(hls::stream<ap_int<16> >& angle, hls::stream<hls::vector<ap_int<16>, 2> >& out) {
#pragma HLS PIPELINE II=1
    ap_int<17> z = angle.read();
    bool flip = false;
    if (z >= 16384) {
        z -= 32768;
        flip = true;
    } else if (z < -16384) {
        z += 32768;
        flip = true;
    }
    coord_t x = 9949, y = 0;
    for (int i = 0; i < STEPS; i++) {
        coord_t dx = y >> i, dy = x >> i;
        if (z >= 0) {
            x -= dx;
            y += dy;
            z -= ATAN[i];
        } else {
            x += dx;
            y -= dy;
            z += ATAN[i];
        }
    }
    hls::vector<ap_int<16>, 2> result;
    result[0] = flip ? coord_t(-x) : x;
    result[1] = flip ? coord_t(-y) : y;
    out.write(result);
}

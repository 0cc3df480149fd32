// Streams of blocks: tiles of 3 x 4 that are read by columns, then blocks of 96 numbers that are read from the end.
#include "hls_stream.h"
#include "hls_streamofblocks.h"

typedef short tile_t[3][4];
typedef short line_t[96];

static void fill(hls::stream<short>& in, hls::stream_of_blocks<tile_t>& tiles) {
    for (int n = 0; n < 8; n++) {
        hls::write_lock<tile_t> tile(tiles);
        for (int i = 0; i < 12; i++) {
#pragma HLS PIPELINE II=1
            tile[i / 4][i % 4] = in.read();
        }
    }
}

static void gather(hls::stream_of_blocks<tile_t>& tiles, hls::stream_of_blocks<line_t, 3>& lines) {
    hls::write_lock<line_t> line(lines);
    for (int n = 0; n < 8; n++) {
        hls::read_lock<tile_t> tile(tiles);
        for (int i = 0; i < 12; i++) {
#pragma HLS PIPELINE II=1
            line[12 * n + i] = tile[i % 3][i / 3];
        }
    }
}

static void drain(hls::stream_of_blocks<line_t, 3>& lines, hls::stream<short>& out) {
    hls::read_lock<line_t> line(lines);
    for (int i = 95; i >= 0; i--) {
#pragma HLS PIPELINE II=1
        out.write(line[i]);
    }
}

void blocks(hls::stream<short>& in, hls::stream<short>& out) {
#pragma HLS DATAFLOW
    hls::stream_of_blocks<tile_t> tiles;
    hls::stream_of_blocks<line_t, 3> lines;
    fill(in, tiles);
    gather(tiles, lines);
    drain(lines, out);
}

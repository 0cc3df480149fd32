// ReLU and max-pool of the convolution's output words; in training also the mask that routes the errors back.
//
//   for each command                              one cycle
//     for image < images of the command
//       for row < ROWS
//         for group < GROUPS
//           for column < COLUMNS                  one cycle each
//
// ROWS * GROUPS * COLUMNS cycles an image; one activation is one cycle, the nest is in the counters. Windows are
// POOL x POOL with stride POOL; remainder rows and columns are dropped. Mask of a lane: bit 0: the error passes; upper
// bits: the winner's place in its window, row-major. The first of equal values wins.
#pragma once

#include "arithmetic.h"
#include "command.h"

template <typename C>
struct PoolShape {
    static_assert(C::MASK_BITS == 1 + clog2(C::POOL * C::POOL), "mask width");
    static constexpr int OUT_ROWS = C::ROWS / C::POOL;
    static constexpr int OUT_COLUMNS = C::COLUMNS / C::POOL;
    static constexpr int PLACE_BITS = maximum_of(1, clog2(C::POOL * C::POOL));

    using Word = hls::vector<ap_int<C::WIDTH>, C::LANES>;
    using Mask = hls::vector<ap_uint<C::MASK_BITS>, C::LANES>;
    using Places = hls::vector<ap_uint<PLACE_BITS>, C::LANES>;
};

template <typename C>
void relu_pool(hls::stream<Command>& command, hls::stream<typename PoolShape<C>::Word>& in,
               hls::stream<typename PoolShape<C>::Word>& out, hls::stream<typename PoolShape<C>::Mask>& mask) {
#pragma HLS PIPELINE II=1
    using S = PoolShape<C>;
    // The best of each window so far, and its place; used where a window has several rows.
    static typename S::Word best_values[C::GROUPS * S::OUT_COLUMNS];
#pragma HLS DEPENDENCE variable=best_values inter distance=C::GROUPS*C::COLUMNS-C::POOL+1 true
    static typename S::Places best_places[C::GROUPS * S::OUT_COLUMNS];
#pragma HLS DEPENDENCE variable=best_places inter distance=C::GROUPS*C::COLUMNS-C::POOL+1 true
    static typename S::Word value;
    static typename S::Places place;

    static ap_uint<16> images_left = 0;
    static bool trains = false;
    static Counter<C::ROWS> row = 0;
    static Counter<C::GROUPS> group = 0;
    static Counter<C::COLUMNS> column = 0;
    static Counter<C::POOL> pool_row = 0;  // within the window; counters, no division by POOL
    static Counter<C::POOL> pool_column = 0;
    static Counter<C::POOL * C::POOL> row_place = 0;  // pool_row * POOL
    static Counter<C::GROUPS * S::OUT_COLUMNS + 1> window = 0;

    if (images_left == 0) {
        const Command order = command.read();
        images_left = command_images(order);
        trains = command_trains(order);
    } else {
        const typename S::Word word = in.read();
        const bool inside = row < S::OUT_ROWS * C::POOL && column < S::OUT_COLUMNS * C::POOL;
        const bool window_ends = inside && pool_column == C::POOL - 1;
        const bool starts = pool_row == 0 && pool_column == 0;
        if (inside && pool_row != 0 && pool_column == 0) {
            value = best_values[window];
            place = best_places[window];
        }
        for (int lane = 0; lane < C::LANES; ++lane) {
#pragma HLS UNROLL
            if (starts || word[lane] > value[lane]) {
                value[lane] = word[lane];
                place[lane] = row_place + pool_column;
            }
        }
        if (window_ends && pool_row != C::POOL - 1) {
            best_values[window] = value;
            best_places[window] = place;
        }
        if (window_ends && pool_row == C::POOL - 1) {
            typename S::Word pooled;
            typename S::Mask masks;
            for (int lane = 0; lane < C::LANES; ++lane) {
#pragma HLS UNROLL
                const bool passes = !C::RELU || value[lane] > 0;
                pooled[lane] = passes ? value[lane] : ap_int<C::WIDTH>(0);
                masks[lane] = passes ? 1 : 0;
                if constexpr (C::POOL > 1) {
                    masks[lane].range(C::MASK_BITS - 1, 1) = place[lane];
                }
            }
            out.write(pooled);
            if (trains) {
                mask.write(masks);
            }
        }

        const bool column_ends = column == C::COLUMNS - 1;
        const bool row_ends = column_ends && group == C::GROUPS - 1;
        const bool image_ends = row_ends && row == C::ROWS - 1;
        const bool window_row_ends = row == C::ROWS - 1 || pool_row == C::POOL - 1;
        column = column_ends ? Counter<C::COLUMNS>(0) : Counter<C::COLUMNS>(column + 1);
        const bool window_column_ends = column_ends || pool_column == C::POOL - 1;
        pool_column = window_column_ends ? Counter<C::POOL>(0) : Counter<C::POOL>(pool_column + 1);
        if (column_ends) {
            group = row_ends ? Counter<C::GROUPS>(0) : Counter<C::GROUPS>(group + 1);
        }
        if (row_ends) {
            row = image_ends ? Counter<C::ROWS>(0) : Counter<C::ROWS>(row + 1);
            pool_row = window_row_ends ? Counter<C::POOL>(0) : Counter<C::POOL>(pool_row + 1);
            row_place =
                window_row_ends ? Counter<C::POOL * C::POOL>(0) : Counter<C::POOL * C::POOL>(row_place + C::POOL);
            window = 0;
        } else if (window_ends) {
            window = window + 1;
        }
        if (image_ends) {
            images_left = images_left - 1;
        }
    }
}

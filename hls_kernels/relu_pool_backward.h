// Errors of the pooled map back to the convolution's output: each goes to its window's winner, zero elsewhere.
//
//   for each image (one activation)
//     for row < ROWS
//       for group < GROUPS
//         for column < COLUMNS                    one cycle each
//
// ROWS * GROUPS * COLUMNS cycles an image. An error word and its mask are taken at the first place of their window and
// kept for the window's other rows. Remainder rows and columns, which the pool dropped, get zero.
#pragma once

#include "relu_pool.h"

template <typename C>
void relu_pool_backward(hls::stream<typename PoolShape<C>::Word>& in, hls::stream<typename PoolShape<C>::Mask>& mask,
                        hls::stream<typename PoolShape<C>::Word>& out) {
    using S = PoolShape<C>;
    static typename S::Word kept_errors[C::GROUPS * S::OUT_COLUMNS];
#pragma HLS DEPENDENCE variable=kept_errors inter distance=C::GROUPS*C::COLUMNS true
    static typename S::Mask kept_masks[C::GROUPS * S::OUT_COLUMNS];
#pragma HLS DEPENDENCE variable=kept_masks inter distance=C::GROUPS*C::COLUMNS true

    typename S::Word error;
    typename S::Mask masks;
    Counter<C::POOL> pool_row = 0;
    Counter<C::POOL> pool_column = 0;
    Counter<C::POOL * C::POOL> row_place = 0;  // pool_row * POOL
    Counter<C::GROUPS * S::OUT_COLUMNS + 1> window = 0;
    for (int row = 0; row < C::ROWS; ++row) {
        for (int group = 0; group < C::GROUPS; ++group) {
            for (int column = 0; column < C::COLUMNS; ++column) {
#pragma HLS PIPELINE II=1
                const bool inside = row < S::OUT_ROWS * C::POOL && column < S::OUT_COLUMNS * C::POOL;
                if (inside && pool_column == 0) {
                    if (pool_row == 0) {
                        error = in.read();
                        masks = mask.read();
                        if constexpr (C::POOL > 1) {
                            kept_errors[window] = error;
                            kept_masks[window] = masks;
                        }
                    } else {
                        error = kept_errors[window];
                        masks = kept_masks[window];
                    }
                }
                typename S::Word routed;
                for (int lane = 0; lane < C::LANES; ++lane) {
#pragma HLS UNROLL
                    const bool passes = masks[lane][0];
                    bool wins = true;
                    if constexpr (C::POOL > 1) {
                        const ap_uint<S::PLACE_BITS> winner = masks[lane].range(C::MASK_BITS - 1, 1);
                        wins = winner == row_place + pool_column;
                    }
                    routed[lane] = inside && passes && wins ? error[lane] : ap_int<C::WIDTH>(0);
                }
                out.write(routed);

                const bool column_ends = column == C::COLUMNS - 1;
                const bool row_ends = column_ends && group == C::GROUPS - 1;
                if (row_ends) {
                    window = 0;
                } else if (inside && pool_column == C::POOL - 1) {
                    window = window + 1;
                }
                pool_column = column_ends || pool_column == C::POOL - 1 ? Counter<C::POOL>(0)
                                                                        : Counter<C::POOL>(pool_column + 1);
                if (row_ends) {
                    const bool window_row_ends = row == C::ROWS - 1 || pool_row == C::POOL - 1;
                    pool_row = window_row_ends ? Counter<C::POOL>(0) : Counter<C::POOL>(pool_row + 1);
                    row_place = window_row_ends ? Counter<C::POOL * C::POOL>(0)
                                                : Counter<C::POOL * C::POOL>(row_place + C::POOL);
                }
            }
        }
    }
}

// Line buffer: tensor words in, patches for an engine out, with zero padding.
//
//   emitter, one patch a cycle                    loader, one word a cycle
//     for row < OUT_ROWS                            for row < ROWS
//       for repeat < REPEAT   (output group)          for group < GROUPS
//         for group < GROUPS  (input group)             for column < COLUMNS
//           for tap group     (kernel row, kernel column)
//             for sub < SUBS  (part of the group's lanes)
//               for column < OUT_COLUMNS
//
// A patch holds P_IN of a word's LANES channels, so SUBS = LANES / P_IN patches follow each other for a group.
// Both run in the same step: an image takes the larger of OUT_ROWS*REPEAT*GROUPS*TAP_GROUPS*SUBS*OUT_COLUMNS and
// ROWS*GROUPS*COLUMNS cycles.
// An output row begins when its input rows are complete; a row's slot is free after the last output row that reads it.
// ROW_SLOTS rows are kept: the KERNEL rows of a window and one that fills, and at least twice the KERNEL - PADDING rows
// that the first and the last window of an image need, so that the next image is at hand when this one ends.
//
// Storage: P_TAP = 1: one bank. P_TAP = KERNEL: one kernel row at a time, banks by column mod KERNEL.
// P_TAP = KERNEL*KERNEL: also a bank for each row slot. A bank has one write and one read a cycle.
#pragma once

#include "arithmetic.h"

template <typename C>
struct WindowShape {
    static_assert(C::P_TAP == 1 || C::P_TAP == C::KERNEL || C::P_TAP == C::KERNEL * C::KERNEL, "taps a patch");
    static_assert(C::OUT_ROWS == C::ROWS + 2 * C::PADDING - C::KERNEL + 1, "stride is 1");
    static_assert(C::OUT_COLUMNS == C::COLUMNS + 2 * C::PADDING - C::KERNEL + 1, "stride is 1");
    static_assert(C::PADDING >= 0 && C::PADDING < C::KERNEL, "a window touches the map");
    static_assert(C::LANES % C::P_IN == 0, "patches divide a word");

    static constexpr int SUBS = C::LANES / C::P_IN;

    static constexpr int TAP_ROWS = C::P_TAP == C::KERNEL * C::KERNEL ? C::KERNEL : 1;  // in one patch
    static constexpr int TAP_COLUMNS = C::P_TAP == 1 ? 1 : C::KERNEL;
    static constexpr int ROW_STEPS = C::KERNEL / TAP_ROWS;  // patches for all the taps
    static constexpr int COLUMN_STEPS = C::KERNEL / TAP_COLUMNS;

    static constexpr int ROW_SLOTS = maximum_of(C::KERNEL + 1, 2 * (C::KERNEL - C::PADDING));
    static constexpr int ROW_BANKS = TAP_ROWS == 1 ? 1 : ROW_SLOTS;
    static constexpr int COLUMN_BANKS = TAP_COLUMNS;
    static constexpr int BANK_COLUMNS = ceil_divide(C::COLUMNS, COLUMN_BANKS);
    static constexpr int ROW_WORDS = C::GROUPS * BANK_COLUMNS;  // words of one row in one bank
    static constexpr int ROWS_IN_BANK = ROW_SLOTS / ROW_BANKS;
    static constexpr int BANK_WORDS = ROWS_IN_BANK * ROW_WORDS;

    // Row slots are used in turn for ever. A slot's place is its number where each slot has its own bank, else the
    // address where it begins. The top row of the first window lies PADDING rows above the image, in the slot that a
    // row there would have; NEXT_IMAGE slots lie between the tops of an image's last window and the next one's first.
    static constexpr int PLACE_STEP = ROW_BANKS > 1 ? 1 : ROW_WORDS;
    static constexpr int PLACES = ROW_SLOTS * PLACE_STEP;
    static constexpr int FIRST_TOP = (2 * ROW_SLOTS - C::PADDING) % ROW_SLOTS * PLACE_STEP;
    static constexpr int NEXT_IMAGE = (C::KERNEL - 2 * C::PADDING + 2 * ROW_SLOTS) % ROW_SLOTS;
    static constexpr int FIRST_ROWS = minimum_of(C::KERNEL - C::PADDING, C::ROWS);  // rows that the first window needs

    static constexpr int POSITIONS = C::OUT_COLUMNS + C::KERNEL;
    static constexpr int FIRST_PHASE = (2 * COLUMN_BANKS * C::KERNEL - C::PADDING) % COLUMN_BANKS;

    using Word = hls::vector<ap_int<C::WIDTH>, C::LANES>;
    using Part = hls::vector<ap_int<C::WIDTH>, C::P_IN>;
    using Patch = hls::vector<ap_int<C::WIDTH>, C::P_TAP * C::P_IN>;
    using Address = Counter<BANK_WORDS>;
    using Slot = Counter<ROW_SLOTS>;
    using Place = Counter<PLACES>;
    using Rows = Counter<ROW_SLOTS + 1>;
};

// The place of the slot that comes COUNT slots later, in turn.
template <typename C, int COUNT>
typename WindowShape<C>::Place window_advance(const typename WindowShape<C>::Place& place) {
#pragma HLS INLINE
    using S = WindowShape<C>;
    constexpr int STEP = COUNT * S::PLACE_STEP;
    const typename S::Place wrapped = place - (S::PLACES - STEP);
    const typename S::Place stepped = place + STEP;
    return place >= S::PLACES - STEP ? wrapped : stepped;
}

// Lanes sub * P_IN to sub * P_IN + P_IN - 1 of a word.
template <typename C>
typename WindowShape<C>::Part window_part(const typename WindowShape<C>::Word& word,
                                          const Counter<WindowShape<C>::SUBS>& sub) {
#pragma HLS INLINE
    typename WindowShape<C>::Part part;
    for (int lane = 0; lane < C::P_IN; ++lane) {
#pragma HLS UNROLL
        part[lane] = word[lane];
        for (int other = 1; other < WindowShape<C>::SUBS; ++other) {
#pragma HLS UNROLL
            if (sub == other) {
                part[lane] = word[other * C::P_IN + lane];
            }
        }
    }
    return part;
}

template <typename C>
void window(hls::stream<typename WindowShape<C>::Word>& in, hls::stream<typename WindowShape<C>::Patch>& out) {
#pragma HLS PIPELINE II=1
    using S = WindowShape<C>;
    using Word = typename S::Word;
    using Part = typename S::Part;
    static Word lines[S::ROW_BANKS][S::COLUMN_BANKS][S::BANK_WORDS];
#pragma HLS ARRAY_PARTITION variable=lines dim=1 complete
#pragma HLS ARRAY_PARTITION variable=lines dim=2 complete

    // The loader's place.
    static Counter<C::GROUPS * C::COLUMNS> load_word = 0;
    static Counter<C::COLUMNS> load_column = 0;
    static Counter<S::COLUMN_BANKS> load_bank = 0;
    static typename S::Slot load_slot = 0;
    static typename S::Address load_address = 0;

    // The emitter's place. `position` = column + kernel_column; the leftmost input column is position - PADDING, which
    // lies in bank `phase`. offset[bank]: the bank's first column that the patch needs (clipped to the row).
    static Counter<C::OUT_ROWS> row = 0;
    static Counter<C::REPEAT> repeat = 0;
    static Counter<C::GROUPS> group = 0;
    static Counter<S::ROW_STEPS> kernel_row = 0;
    static Counter<S::COLUMN_STEPS> kernel_column = 0;
    static Counter<S::SUBS> sub = 0;
    static Counter<C::OUT_COLUMNS> column = 0;
    static Counter<S::POSITIONS> position = 0;
    static Counter<S::COLUMN_BANKS> phase = S::FIRST_PHASE;
    static Counter<S::BANK_COLUMNS> offset[S::COLUMN_BANKS] = {};
#pragma HLS ARRAY_PARTITION variable=offset dim=1 complete
    static typename S::Place top = S::FIRST_TOP;  // of the window's top row
    static typename S::Place kernel_top = S::FIRST_TOP;  // of kernel row `kernel_row`
    static typename S::Address group_address = 0;

    // Complete rows in the buffer from the window's top row on, and how many of them the window needs.
    static typename S::Rows rows_held = 0;
    static typename S::Rows rows_needed = S::FIRST_ROWS;
    static bool ready = false;
    static bool room = true;

    const bool column_ends = column == C::OUT_COLUMNS - 1;
    const bool subs_end = column_ends && sub == S::SUBS - 1;
    const bool kernel_column_ends = subs_end && kernel_column == S::COLUMN_STEPS - 1;
    const bool taps_end = kernel_column_ends && kernel_row == S::ROW_STEPS - 1;
    const bool groups_end = taps_end && group == C::GROUPS - 1;
    const bool row_ends = ready && groups_end && repeat == C::REPEAT - 1;

    // What follows when this row ends, computed beside the question whether it does: the rows that no later window of
    // the image needs go, and the next window needs so many.
    const bool last_row = row == C::OUT_ROWS - 1;
    const bool top_inside = row >= C::PADDING;
    const bool bottom_grows = row < C::ROWS + C::PADDING - C::KERNEL;
    const typename S::Rows top_rows = top_inside ? 1 : 0;
    const typename S::Rows bottom_rows = bottom_grows ? 1 : 0;
    const typename S::Rows rows_freed = last_row ? rows_needed : top_rows;
    const typename S::Rows next_needed = rows_needed + bottom_rows - top_rows;
    const typename S::Rows rows_needed_next = last_row ? typename S::Rows(S::FIRST_ROWS) : next_needed;
    const typename S::Place top_next =
        last_row ? window_advance<C, S::NEXT_IMAGE>(top) : window_advance<C, 1>(top);

    if (ready) {
        // Read every bank, turn the banks into rows and columns, and blank what lies outside of the map.
        Part banks[S::ROW_BANKS][S::COLUMN_BANKS];
#pragma HLS ARRAY_PARTITION variable=banks dim=0 complete
        for (int bank = 0; bank < S::COLUMN_BANKS; ++bank) {
#pragma HLS UNROLL
            typename S::Address address = group_address + offset[bank];
            if constexpr (S::ROW_BANKS == 1) {
                address = address + kernel_top;
            }
            for (int row_bank = 0; row_bank < S::ROW_BANKS; ++row_bank) {
#pragma HLS UNROLL
                banks[row_bank][bank] = window_part<C>(lines[row_bank][bank][address], sub);
            }
        }
        typename S::Patch patch;
        for (int tap_row = 0; tap_row < S::TAP_ROWS; ++tap_row) {
#pragma HLS UNROLL
            Part words[S::COLUMN_BANKS];
#pragma HLS ARRAY_PARTITION variable=words dim=1 complete
            for (int bank = 0; bank < S::COLUMN_BANKS; ++bank) {
#pragma HLS UNROLL
                words[bank] = banks[tap_row % S::ROW_BANKS][bank];
                for (int turn = 1; turn < S::ROW_BANKS; ++turn) {
#pragma HLS UNROLL
                    if (top == turn) {
                        words[bank] = banks[(turn + tap_row) % S::ROW_BANKS][bank];
                    }
                }
            }
            const ap_uint<16> below = row + kernel_row + tap_row;  // input row + PADDING
            const bool row_inside = below >= C::PADDING && below < C::PADDING + C::ROWS;
            for (int tap = 0; tap < S::TAP_COLUMNS; ++tap) {
#pragma HLS UNROLL
                Part word = words[tap];
                for (int turn = 1; turn < S::COLUMN_BANKS; ++turn) {
#pragma HLS UNROLL
                    if (phase == turn) {
                        word = words[(turn + tap) % S::COLUMN_BANKS];
                    }
                }
                const ap_uint<16> right = position + tap;  // input column + PADDING
                const bool inside = row_inside && right >= C::PADDING && right < C::PADDING + C::COLUMNS;
                for (int lane = 0; lane < C::P_IN; ++lane) {
#pragma HLS UNROLL
                    patch[(tap_row * S::TAP_COLUMNS + tap) * C::P_IN + lane] =
                        inside ? word[lane] : ap_int<C::WIDTH>(0);
                }
            }
        }
        out.write(patch);

        // Taps: only those that one patch does not hold.
        if (kernel_column_ends) {
            kernel_row = taps_end ? Counter<S::ROW_STEPS>(0) : Counter<S::ROW_STEPS>(kernel_row + 1);
            kernel_top = row_ends ? top_next : taps_end ? top : window_advance<C, 1>(kernel_top);
        }
        if (taps_end) {
            group = groups_end ? Counter<C::GROUPS>(0) : Counter<C::GROUPS>(group + 1);
            group_address = groups_end ? typename S::Address(0) : typename S::Address(group_address + S::BANK_COLUMNS);
        }
        if (groups_end) {
            repeat = row_ends ? Counter<C::REPEAT>(0) : Counter<C::REPEAT>(repeat + 1);
        }
        if (row_ends) {
            row = last_row ? Counter<C::OUT_ROWS>(0) : Counter<C::OUT_ROWS>(row + 1);
            top = top_next;
        }
        // Columns: only the bank that held the leftmost column moves on, unless it was padding or the row ends.
        const bool left_inside = position >= C::PADDING;
        const bool right_grows = position < C::COLUMNS + C::PADDING - S::COLUMN_BANKS;
        for (int bank = 0; bank < S::COLUMN_BANKS; ++bank) {
#pragma HLS UNROLL
            if (column_ends) {
                offset[bank] = 0;
            } else if (phase == bank && left_inside && right_grows) {
                offset[bank] = offset[bank] + 1;
            }
        }
        phase = column_ends || phase == S::COLUMN_BANKS - 1 ? Counter<S::COLUMN_BANKS>(0)
                                                            : Counter<S::COLUMN_BANKS>(phase + 1);
        if (subs_end) {
            kernel_column =
                kernel_column_ends ? Counter<S::COLUMN_STEPS>(0) : Counter<S::COLUMN_STEPS>(kernel_column + 1);
        }
        if (column_ends) {
            phase = S::FIRST_PHASE;
            if constexpr (S::SUBS > 1) {
                sub = subs_end ? Counter<S::SUBS>(0) : Counter<S::SUBS>(sub + 1);
            }
            position = kernel_column;
            if constexpr (S::COLUMN_STEPS > 1) {
                offset[0] = kernel_column > C::PADDING ? Counter<S::BANK_COLUMNS>(kernel_column - C::PADDING)
                                                       : Counter<S::BANK_COLUMNS>(0);
            }
            column = 0;
        } else {
            position = position + 1;
            column = column + 1;
        }
    }

    bool row_loaded = false;
    Word loaded;
    if (room && in.read_nb(loaded)) {
        for (int row_bank = 0; row_bank < S::ROW_BANKS; ++row_bank) {
#pragma HLS UNROLL
            for (int bank = 0; bank < S::COLUMN_BANKS; ++bank) {
#pragma HLS UNROLL
                if ((S::ROW_BANKS == 1 || load_slot == row_bank) && load_bank == bank) {
                    lines[row_bank][bank][load_address] = loaded;
                }
            }
        }
        const bool group_loaded = load_column == C::COLUMNS - 1;
        const bool banks_full = load_bank == S::COLUMN_BANKS - 1;
        row_loaded = load_word == C::GROUPS * C::COLUMNS - 1;
        const bool bank_wraps = row_loaded && (S::ROW_BANKS > 1 || load_slot == S::ROW_SLOTS - 1);
        load_address = bank_wraps                    ? typename S::Address(0)
                       : group_loaded || banks_full ? typename S::Address(load_address + 1)
                                                    : load_address;
        load_bank = group_loaded || banks_full ? Counter<S::COLUMN_BANKS>(0) : Counter<S::COLUMN_BANKS>(load_bank + 1);
        load_column = group_loaded ? Counter<C::COLUMNS>(0) : Counter<C::COLUMNS>(load_column + 1);
        load_word = row_loaded ? Counter<C::GROUPS * C::COLUMNS>(0) : Counter<C::GROUPS * C::COLUMNS>(load_word + 1);
        if (row_loaded) {
            load_slot = load_slot == S::ROW_SLOTS - 1 ? typename S::Slot(0) : typename S::Slot(load_slot + 1);
        }
    }

    // Both outcomes side by side: only a choice depends on whether the row ends.
    const typename S::Rows held = rows_held + (row_loaded ? 1 : 0);
    const typename S::Rows left = held - rows_freed;
    ready = row_ends ? left >= rows_needed_next : held >= rows_needed;
    room = row_ends ? left < S::ROW_SLOTS : held < S::ROW_SLOTS;
    rows_held = row_ends ? left : held;
    rows_needed = row_ends ? rows_needed_next : rows_needed;
}

"""Depths of caches and FIFOs: the rule of docs/plan_format.md, "Depths". All depths are words.

A cache is read in the order in which it is written, by a reader that waits for errors. Below one image it can fill up
before that image's errors exist, and nothing moves again; from there on depth buys throughput: a cache holds what the
schedule has in it at its fullest.
"""

import math
from collections.abc import Sequence

from fpdeep_gen.plan.cost import Fold
from fpdeep_gen.plan.schedule import SliceTimes

COMMAND_DEPTH = 4
"""Processes that are done may run a few commands ahead of those that are not."""

STAGE_DEPTH = 4
"""Between two processes that both move a word a cycle."""

PATCH_DEPTH = 4
"""Patches are the widest words of a board, and the window makes one whenever the engine takes one."""

WEIGHT_CREDITS = 16
"""Weight words in flight to an engine: more than the round trip from store to engine and the credit back, as a fully
connected layer takes a word every cycle; as much LUT memory as any depth up to 32."""

SLACK_CYCLES = 64
"""What a pipeline of unmeasured depth may add to a row's stay in a cache."""

SLACK_ROWS = 2
"""A row that is being written and one that is being read."""

GRAIN_WORDS = 16
"""Depths above this are rounded up to a multiple of it."""


def merge_depth(row_words: int) -> int:
    """FIFO of the inputs of `concat` and the outputs of `split`: while one side's row goes by, the other's waits."""
    return STAGE_DEPTH + row_words


def burst_depth(row_words: int) -> int:
    """FIFO between two processes that move their rows in bursts of different lengths, as a backward engine (a burst for
    each group of channels) and `relu_pool_backward` (all words of a pooled row during its first row of sums)."""
    return STAGE_DEPTH + row_words


def gradient_error_depth(fold: Fold) -> int:
    """FIFO of errors in front of the gradient engine, which takes a row's groups one by one all along the row, while
    the backward window beside it must have its first patch's rows at once."""
    return STAGE_DEPTH + (fold.padding + 1) * fold.out_groups * fold.out_columns


def partial_word_depth(columns: int) -> int:
    """FIFO of partial sums behind `unpack`, which takes several cycles for a word: the engine takes `columns` words in
    as many cycles when it begins a group of channels."""
    return STAGE_DEPTH + columns


def fullest(entered: Sequence[float], left: Sequence[float], period: int) -> int:
    """Most rows in a cache at any time, where row r of image n enters at `entered[r]` + n * `period` and leaves at
    `left[r]` + n * `period`."""
    most = 0
    for now in entered:
        inside = sum(
            math.floor((now - first) / period) - math.floor((now - last) / period)
            for first, last in zip(entered, left, strict=True)
        )
        most = max(most, inside)
    return most


def _rounded(words: int) -> int:
    return -(-words // GRAIN_WORDS) * GRAIN_WORDS


def _depth(entered: Sequence[float], left: Sequence[float], period: int, row_words: int, least: int) -> int:
    late = [time + SLACK_CYCLES for time in left]
    rows = fullest(entered, late, period) + SLACK_ROWS
    return _rounded(max(rows * row_words, least))


def least_cache_depth(fold: Fold) -> int:
    """One image, and the rows that the next image's first output row needs."""
    return fold.in_words + min(fold.kernel, fold.tensor_rows) * fold.tensor_row_words


def cache_depth(fold: Fold, times: SliceTimes, period: int) -> int:
    """Feature cache of a slice, in words of its input tensor."""
    least = least_cache_depth(fold)
    return _depth(times.features_in, times.features_out, period, fold.tensor_row_words, least)


def least_mask_depth(fold: Fold) -> int:
    """One image of the pooled output and a row."""
    return fold.out_words + fold.out_groups * (fold.out_columns // fold.pool) if fold.has_relu_pool else 0


def mask_depth(fold: Fold, times: SliceTimes, period: int) -> int:
    """Mask FIFO of a slice, in words of its part of the output tensor; 0 without ReLU and pool."""
    if not fold.has_relu_pool:
        return 0
    row_words = fold.out_groups * (fold.out_columns // fold.pool)
    return _depth(times.masks_in, times.masks_out, period, row_words, least_mask_depth(fold))

"""The fewest multipliers, against every choice there is."""

from itertools import combinations_with_replacement
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpdeep_gen.board.memory import bram18_count
from fpdeep_gen.partition.folds import Lines, Stairs, smallest, split_widths, stairs_of, tap_widths
from fpdeep_gen.partition.side_by_side import MOST_ENGINES, TOO_MANY, WORTH_AN_ENGINE, side_by_side


def least(parts: tuple[int, ...], other: int, taps: int, widths: tuple[int, ...], fold: int) -> int:
    """All engines, one by one."""
    found = [
        split * whole * width
        for split in range(1, max(parts) + 1)
        for whole in range(1, other + 1)
        for width in widths
        if sum(ceil(part / split) for part in parts) * ceil(other / whole) * (taps // width) <= fold
    ]
    return min(found, default=0)


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=2),
    st.integers(1, 14),
    st.sampled_from([1, 3, 5]),
    st.integers(1, 300),
)
@settings(max_examples=150, deadline=None)
def test_fewest_is_the_least_of_all_engines(parts: list[int], other: int, kernel: int, fold: int) -> None:
    widths = tap_widths(kernel, kernel, by_rows=False)
    expected = least(tuple(parts), other, kernel * kernel, widths, fold)
    assert stairs_of(tuple(parts), other, kernel * kernel, widths).fewest(fold) == expected
    if expected:
        engine = smallest(tuple(parts), other, kernel * kernel, widths, fold)
        assert engine.multipliers == expected
        assert engine.fold <= fold


def test_engines_of_which_there_are_too_many_to_count_are_looked_for_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted = Stairs((200, 56), 12, 9, (1, 3, 9))
    monkeypatch.setattr("fpdeep_gen.partition.folds.MOST_STAIRS", 0)
    single = Stairs((200, 56), 12, 9, (1, 3, 9))
    assert counted.counted and not single.counted
    folds = np.unique(np.geomspace(1, 40_000, 300).astype(int))
    assert [counted.fewest(fold) for fold in folds.tolist()] == [single.fewest(fold) for fold in folds.tolist()]
    assert counted.fewest_of_all(folds, -1).tolist() == single.fewest_of_all(folds, -1).tolist()
    assert {0, 12 * 200 * 9} <= {single.fewest(fold) for fold in folds.tolist()}


def test_engines_that_take_kernel_rows_in_turn_never_take_two() -> None:
    assert tap_widths(3, 3, by_rows=True) == (1, 3)
    assert tap_widths(3, 3, by_rows=False) == (1, 3, 9)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.integers(1, 120))
@settings(max_examples=60, deadline=None)
def test_engines_side_by_side_are_nearly_the_best_way_to_share_out_columns(
    part: int, other: int, columns: int, row: int
) -> None:
    total, engines = side_by_side((part,), other, 9, (1, 3, 9), columns, row)

    def count(wide: int) -> int:
        return least((part,), other, 9, (1, 3, 9), row // wide) or TOO_MANY

    counts = {wide: count(wide) for wide in range(1, columns + 1)}
    best = min(
        sum(counts[wide] for wide in ways)
        for number in range(1, MOST_ENGINES + 1)
        for ways in combinations_with_replacement(range(1, columns + 1), number)
        if sum(ways) == columns
    )
    if best >= TOO_MANY:
        assert total >= TOO_MANY
        return
    assert sum(engines) == columns
    assert total == sum(counts[wide] for wide in engines)
    busy = columns * part * other * 9 / row
    assert best <= total
    assert total * WORTH_AN_ENGINE ** (MOST_ENGINES - 1) <= best or total * 0.98 <= busy


@given(st.integers(1, 12), st.integers(1, 40), st.sampled_from([1, 3]), st.integers(1, 400), st.integers(1, 300))
@settings(max_examples=80, deadline=None)
def test_engines_whose_line_buffers_count_cost_least(part: int, other: int, kernel: int, words: int, fold: int) -> None:
    """Multipliers and half of the RAMB18s, against every engine; what `fewest` counts is what `smallest` has."""
    widths = tap_widths(kernel, kernel, by_rows=False)
    lines = Lines(other, words * (kernel + 1), 16, kernel + 1, kernel, 0.5)

    def cost(split: int, whole: int, taps: int) -> float:
        banks = kernel + 1 if taps > kernel else 1
        return split * whole * taps + 0.5 * banks * bram18_count(
            16 * whole, ceil(other / whole) * words * (kernel + 1) // banks
        )

    found = [
        cost(split, whole, taps)
        for split in range(1, part + 1)
        for whole in split_widths((other,))
        for taps in widths
        if ceil(part / split) * ceil(other / whole) * (kernel * kernel // taps) <= fold
    ]
    fewest = stairs_of((part,), other, kernel * kernel, widths, lines).fewest(fold)
    if not found:
        assert fewest == 0
        return
    engine = smallest((part,), other, kernel * kernel, widths, fold, lines)
    assert engine.fold <= fold and engine.multipliers == fewest
    assert cost(engine.split_width, engine.other_width, engine.p_tap) == min(found)


def test_wide_and_shallow_line_buffers_are_dear() -> None:
    """15 x 256 channels in 135 uses: 256 multipliers look at 256 errors a cycle, 112 words of 4096 bits in 114
    RAMB18s, five more at 29 of them, 1008 words of 464 bits in 26."""
    plain = smallest((15,), 256, 9, (1, 3, 9), 139)
    lean = smallest((15,), 256, 9, (1, 3, 9), 139, Lines(256, 2 * 56, 16, 1, 3, 0.3))
    assert (plain.multipliers, plain.other_width) == (256, 256)
    assert (lean.multipliers, lean.other_width) == (261, 29)

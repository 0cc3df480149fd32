"""The fewest multipliers, against every choice there is."""

from itertools import combinations_with_replacement
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpdeep_gen.partition.folds import Stairs, smallest, stairs_of, tap_widths
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

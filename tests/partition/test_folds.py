"""The fewest multipliers, against every choice there is."""

from math import ceil

from hypothesis import given, settings
from hypothesis import strategies as st

from fpdeep_gen.partition.folds import fewest, smallest, tap_widths


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
    assert fewest(tuple(parts), other, kernel * kernel, widths, fold) == expected
    if expected:
        engine = smallest(tuple(parts), other, kernel * kernel, widths, fold)
        assert engine.multipliers == expected
        assert engine.fold <= fold


def test_engines_that_take_kernel_rows_in_turn_never_take_two() -> None:
    assert tap_widths(3, 3, by_rows=True) == (1, 3)
    assert tap_widths(3, 3, by_rows=False) == (1, 3, 9)

"""Depths against occupancies counted event by event, and the bounds below which a chain deadlocks."""

from hypothesis import given
from hypothesis import strategies as st

from fpdeep_gen.plan.cost import slice_fold
from fpdeep_gen.plan.depths import (
    cache_depth,
    fullest,
    least_cache_depth,
    least_mask_depth,
    mask_depth,
)
from fpdeep_gen.plan.schedule import SliceTimes
from tests.plan.networks import digits, lenet5


def count_fullest(entered: list[float], left: list[float], period: int, images: int) -> int:
    """The same by walking through all events of `images` images; those that enter and leave together count once."""
    events = []
    for image in range(images):
        events += [(time + image * period, 1) for time in entered]
        events += [(time + image * period, -1) for time in left]
    inside = most = 0
    for _, change in sorted(events):
        inside += change
        most = max(most, inside)
    return most


@given(
    period=st.integers(5, 60),
    gaps=st.lists(st.integers(0, 9), min_size=1, max_size=8),
    stays=st.lists(st.integers(1, 200), min_size=8, max_size=8),
)
def test_fullest_counts_events(period: int, gaps: list[int], stays: list[int]) -> None:
    entered, now = [], 0
    for gap in gaps:
        now += gap
        entered.append(float(now))
    left, latest = [], 0.0
    for time, stay in zip(entered, stays, strict=False):
        latest = max(latest, time + stay)
        left.append(latest)
    longest = int(max(left)) // period + 2
    assert fullest(entered, left, period) == count_fullest(entered, left, period, 3 * longest)


def times(stay: float) -> SliceTimes:
    """conv2 of digits: 4 rows of 4 words, 25 cycles apart, kept for `stay` cycles; 2 rows of masks."""
    entered = [25.0 * row for row in range(4)]
    masks = [50.0 * row for row in range(2)]
    return SliceTimes(entered, [time + stay for time in entered], masks, [time + stay for time in masks], 1e3)


def test_caches_hold_at_least_an_image() -> None:
    fold = slice_fold(digits(), 1, 8, 2, 3, 8)
    assert least_cache_depth(fold) == 16 + 3 * 4
    assert least_mask_depth(fold) == 16 + 8
    assert cache_depth(fold, times(1.0), 1000) >= least_cache_depth(fold)
    assert mask_depth(fold, times(1.0), 1000) >= least_mask_depth(fold)


def test_caches_hold_the_images_in_flight() -> None:
    fold = slice_fold(digits(), 1, 8, 2, 3, 8)
    assert cache_depth(fold, times(1000.0), 100) >= 10 * fold.in_words
    assert mask_depth(fold, times(1000.0), 100) >= 10 * fold.out_words


def test_layer_without_relu_and_pool_has_no_mask() -> None:
    fold = slice_fold(digits(), 2, 2, 2, 1, 10)
    assert mask_depth(fold, times(100.0), 100) == least_mask_depth(fold) == 0


def test_flattened_map_is_cached_by_its_rows() -> None:
    fold = slice_fold(lenet5(), 2, 4, 4, 1, 120)
    assert least_cache_depth(fold) == 100 + 20

"""Each phase on raw integers against plain Python loops, and counted wraps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpdeep_gen.golden.phases import (
    conv_backward,
    conv_forward,
    conv_gradient,
    max_pool,
    max_pool_backward,
    relu,
    relu_backward,
)
from fpdeep_gen.golden.rounding import Integers, rounded, saturated, stored, wrapped
from fpdeep_gen.network.model import Format
from tests.golden_model import slow


@st.composite
def layer_cases(draw: st.DrawFn) -> tuple[Integers, Integers, int, Integers, int]:
    """(x, w, padding, dy, width): a convolution or a fully connected layer, operands of up to 8..22 bits."""
    images, channels, outputs = draw(st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)))
    rows, columns = draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    if draw(st.booleans()):
        kernel_rows, kernel_columns, padding = rows, columns, 0
    else:
        padding = draw(st.integers(0, 2))
        kernel_rows = kernel_columns = draw(st.integers(padding + 1, min(rows, columns) + 2 * padding))
    bits = draw(st.sampled_from([8, 16, 22]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def values(*shape: int) -> Integers:
        found = random.integers(-(1 << (bits - 1)), 1 << (bits - 1), shape, dtype=np.int64)
        return np.where(random.random(shape) < 0.1, -(1 << (bits - 1)), found)  # extremes are likely to wrap

    x, w = values(images, channels, rows, columns), values(outputs, channels, kernel_rows, kernel_columns)
    dy = values(images, outputs, rows + 2 * padding - kernel_rows + 1, columns + 2 * padding - kernel_columns + 1)
    return x, w, padding, dy, draw(st.sampled_from([12, 30, 48, 60]))


@settings(max_examples=80, deadline=None)
@given(layer_cases())
def test_sums_equal_plain_loops(case: tuple[Integers, Integers, int, Integers, int]) -> None:
    x, w, padding, dy, width = case
    pairs = (
        (conv_forward(x, w, padding, width), slow.forward(x, w, padding, width)),
        (conv_backward(dy, w, padding, width), slow.backward(dy, w, padding, x.shape[2], x.shape[3], width)),
        (
            conv_gradient(x, dy, w.shape[2], w.shape[3], padding, width),
            slow.gradient(x, dy, w.shape[2], w.shape[3], padding, width),
        ),
    )
    for fast, plain in pairs:
        np.testing.assert_array_equal(fast.values, plain.values)
        assert fast.values.dtype == np.int64
        assert fast.wraps == plain.wraps


def test_sums_beyond_float64_are_exact() -> None:
    """One product of 2^58 and one of 1: float64 would lose the 1."""
    x = np.array([(1 << 29) - 1, 1]).reshape(1, 2, 1, 1)
    w = np.array([(1 << 29) - 1, 1]).reshape(1, 2, 1, 1)
    assert conv_forward(x, w, 0, 62).values.item() == ((1 << 29) - 1) ** 2 + 1
    assert conv_forward(-x, w, 0, 62).values.item() == -(((1 << 29) - 1) ** 2) - 1
    narrow = np.array([3, -5]).reshape(1, 2, 1, 1)
    wide = np.array([(1 << 57) + 1, 7]).reshape(1, 2, 1, 1)
    assert conv_forward(narrow, wide, 0, 62).values.item() == 3 * ((1 << 57) + 1) - 35
    assert conv_forward(wide, narrow, 0, 62).values.item() == 3 * ((1 << 57) + 1) - 35


def test_sums_that_int64_cannot_hold_are_refused() -> None:
    x = np.full((1, 2, 1, 1), 1 << 31)
    with pytest.raises(OverflowError, match="pass the 63 bits"):
        conv_forward(x, x, 0, 60)


def test_wraps_are_counted_and_wrap_like_two_s_complement() -> None:
    sums = wrapped(np.array([127, 128, 255, 256, -128, -129, -257]), 8)
    np.testing.assert_array_equal(sums.values, [127, -128, -1, 0, -128, 127, -1])
    assert sums.wraps == 5
    assert wrapped(np.array([127, -128]), 8).wraps == 0


@given(st.integers(-(2**62), 2**62), st.integers(0, 63), st.integers(2, 48))
def test_rounding_and_saturation(value: int, shift: int, width: int) -> None:
    target = Format(width, 0)
    array = np.array([value])
    expected = (value + (1 << shift >> 1)) >> shift
    assert rounded(array, shift).item() == expected
    assert stored(array, shift, target).item() == slow.store(value, shift, width)
    assert saturated(array, target).item() == max(target.minimum, min(target.maximum, value))


def test_halves_round_up() -> None:
    np.testing.assert_array_equal(rounded(np.array([-3, -2, -1, 0, 1, 2, 3]), 1), [-1, -1, 0, 0, 1, 1, 2])


def test_relu() -> None:
    np.testing.assert_array_equal(relu(np.array([-2, 0, 3])), [0, 0, 3])
    np.testing.assert_array_equal(relu_backward(np.array([5, 6, -7]), np.array([0, 1, 9])), [0, 6, -7])


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 9), st.integers(1, 9))
def test_pool_equals_plain_loops(seed: int, size: int, rows: int, columns: int) -> None:
    random = np.random.default_rng(seed)
    x = random.integers(-3, 4, (2, 3, max(rows, size), max(columns, size)))  # few values: many ties
    pooled, winner = max_pool(x, size)
    error = random.integers(-99, 99, pooled.shape)
    spread = max_pool_backward(error, winner, size, x.shape[2], x.shape[3])
    assert pooled.shape == (2, 3, x.shape[2] // size, x.shape[3] // size)
    expected = np.zeros_like(x)
    for n, c, r, k in slow.indexes(*pooled.shape):
        row, column = slow.pool_winner(x, n, c, r, k, size)
        assert pooled[n, c, r, k] == x[n, c, row, column]
        assert winner[n, c, r, k] == (row - r * size) * size + column - k * size
        expected[n, c, row, column] = error[n, c, r, k]
    np.testing.assert_array_equal(spread, expected)


def test_first_of_equal_values_wins() -> None:
    pooled, winner = max_pool(np.array([[[[1, 4], [4, 4]]]]), 2)
    assert (pooled.item(), winner.item()) == (4, 1)

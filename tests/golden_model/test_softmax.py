"""Softmax by table against scalars, and against the exact softmax within the error of the table."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fpdeep_gen.golden.softmax import EXP, label_probability, losses, softmax, softmax_error
from fpdeep_gen.network.model import Format
from tests.golden_model import slow

LOGITS = st.lists(st.integers(-(2**15), 2**15 - 1), min_size=1, max_size=12)


def test_table() -> None:
    assert len(EXP) == 1024
    assert (EXP[0], EXP[64], EXP[1023]) == (32768, 12055, 0)
    assert all(abs(EXP[t] / 2**15 - math.exp(-t / 64)) <= 2**-16 for t in range(1024))


@settings(max_examples=300)
@given(LOGITS, st.integers(-4, 20))
def test_probabilities_equal_scalars(logits: list[int], fraction: int) -> None:
    result = softmax(np.array([logits]), fraction)
    assert result.probabilities[0].tolist() == slow.probabilities(logits, fraction)
    assert result.predicted[0] == logits.index(max(logits))


@settings(max_examples=300)
@given(LOGITS, st.integers(0, 14))
def test_probabilities_are_near_the_exact_softmax(logits: list[int], fraction: int) -> None:
    """Each exponential is at most one table step too large (factor e^(1/64)) and half a table unit off."""
    exact = np.exp((np.array(logits) - max(logits)) / 2.0**fraction)
    low, high = exact - 2.0**-16 - math.exp(-1022 / 64), exact * math.exp(1 / 64) + 2.0**-16
    low = np.maximum(low, 0.0)
    got = softmax(np.array([logits]), fraction).probabilities[0] / 65536
    others_low, others_high = low.sum() - low, high.sum() - high
    assert np.all(got <= high / (high + others_low) + 1e-12)
    assert np.all(got >= low / (low + others_high + 1e-300) - 2.0**-16 - 1e-12)


@given(LOGITS, st.integers(0, 11), st.integers(-4, 24))
def test_error_equals_scalars(logits: list[int], label: int, fraction: int) -> None:
    label %= len(logits)
    p = softmax(np.array([logits]), 9).probabilities
    error = softmax_error(p, np.array([label]), Format(16, fraction))[0].tolist()
    assert error == [slow.loss_error(int(v), o == label, fraction, 16) for o, v in enumerate(p[0])]


def test_loss() -> None:
    p = label_probability(np.array([[65536, 0], [32768, 32768]]), np.array([1, 0]))
    assert p.tolist() == [0, 32768]
    np.testing.assert_allclose(losses(p), [math.log(65536), math.log(2)])

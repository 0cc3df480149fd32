"""The counter-based generator against the known answers published with Random123, and what is drawn from it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpdeep_gen.golden.threefry import rounding_offset, rounding_words, threefry2x32
from fpdeep_gen.golden.update import updated
from fpdeep_gen.network.model import Format
from fpdeep_gen.network.threefry import permutation, random_words
from tests.golden_model import slow

ONES = 0xFFFFFFFF
PI = ((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344))
WORD = st.integers(0, ONES)

# Random123, kat_vectors: (rounds, counter, key, words)
KNOWN = [
    (13, (0, 0), (0, 0), (0x9D1C5EC6, 0x8BD50731)),
    (13, (ONES, ONES), (ONES, ONES), (0xFD36D048, 0x2D17272C)),
    (13, *PI, (0xBA3E4725, 0xF27D669E)),
    (20, (0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
    (20, (ONES, ONES), (ONES, ONES), (0x1CB996FC, 0xBB002BE7)),
    (20, *PI, (0xC4923A9C, 0x483DF7A0)),
]


def one(key: tuple[int, int], counter: tuple[int, int], rounds: int) -> tuple[int, int]:
    words = threefry2x32(key, np.array([counter[0]], np.uint32), np.array([counter[1]], np.uint32), rounds)
    return int(words[0][0]), int(words[1][0])


@pytest.mark.parametrize(("rounds", "counter", "key", "words"), KNOWN)
def test_known_answers(rounds: int, counter: tuple[int, int], key: tuple[int, int], words: tuple[int, int]) -> None:
    assert one(key, counter, rounds) == words
    assert slow.threefry(key, counter, rounds) == words


@given(WORD, WORD, WORD, WORD, st.integers(0, 24))
def test_vectors_equal_scalars(k0: int, k1: int, c0: int, c1: int, rounds: int) -> None:
    assert one((k0, k1), (c0, c1), rounds) == slow.threefry((k0, k1), (c0, c1), rounds)


def test_rounding_words_have_their_counters() -> None:
    words = rounding_words(11, 5, 2, (2, 3, 2, 2))
    assert words[1, 2, 1, 0] == slow.threefry((11, 5), (((1 * 3 + 2) * 2 + 1) * 2 + 0, 2), 13)[0]


@given(WORD, st.integers(1, 61))
def test_offset_is_below_one_unit(word: int, shift: int) -> None:
    offset = rounding_offset(np.array([word], np.uint32), shift).item()
    assert offset == (word << shift) >> 32
    assert 0 <= offset < 1 << shift


@given(
    st.integers(-(2**15), 2**15 - 1),
    st.one_of(st.integers(-(2**45), 2**45 - 1), st.integers(-(2**20), 2**20)),
    st.integers(0, 2**16 - 1),
    st.integers(1, 61),
    WORD,
)
def test_update_equals_plain_integers(w: int, dw: int, lr_raw: int, shift: int, word: int) -> None:
    got = updated(np.array([w]), np.array([dw]), lr_raw, shift, np.array([word], np.uint32), Format(16, 0))
    assert got.item() == slow.update(w, dw, lr_raw, shift, word, 16)


def test_stochastic_rounding_is_right_on_average() -> None:
    """40000 weights, each to move by -0.3 of a unit: the mean is within 5 standard deviations of that."""
    count = 40000
    words = random_words(1, 2, 0, count)
    shift = 40
    dw = np.full(count, round(0.3 * 2**shift / 2**15))
    moved = updated(np.zeros(count, np.int64), dw, 1 << 15, shift, words, Format(16, 0))
    assert set(np.unique(moved)) == {-1, 0}
    assert abs(moved.mean() + 0.3) < 5 * (0.3 * 0.7 / count) ** 0.5


def test_permutation_is_one_and_depends_on_its_key() -> None:
    first = permutation(1, 0, 1000)
    assert sorted(first) == list(range(1000))
    assert not np.array_equal(first, permutation(1, 1, 1000))
    assert not np.array_equal(first, permutation(2, 0, 1000))
    np.testing.assert_array_equal(first, permutation(1, 0, 1000))

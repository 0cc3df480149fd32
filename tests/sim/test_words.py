"""Packing of words: against a bit-by-bit Python integer, for any field width."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.sim.words import pack_words, read_words, unpack_words, write_words


@st.composite
def fields(draw: st.DrawFn) -> tuple[int, list[list[int]]]:
    bits = draw(st.integers(1, 50))
    elements = draw(st.integers(1, 9))
    value = st.integers(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    rows = draw(st.lists(st.lists(value, min_size=elements, max_size=elements), min_size=1, max_size=4))
    return bits, rows


@given(fields())
def test_pack_is_concatenation_of_bits(case: tuple[int, list[list[int]]]) -> None:
    bits, rows = case
    packed = pack_words(np.array(rows, dtype=np.int64), bits)
    for row, words in zip(rows, packed, strict=True):
        expected = sum((value & ((1 << bits) - 1)) << (bits * index) for index, value in enumerate(row))
        assert sum(int(word) << (32 * index) for index, word in enumerate(words)) == expected


@given(fields())
def test_unpack_undoes_pack(case: tuple[int, list[list[int]]]) -> None:
    bits, rows = case
    values = np.array(rows, dtype=np.int64)
    assert np.array_equal(unpack_words(pack_words(values, bits), values.shape[1], bits), values)


def test_word_file_round_trip(tmp_path: Path) -> None:
    words = pack_words(np.array([[1, -2, 3], [4, 5, -6]]), 16)
    write_words(tmp_path / "a.bin", words)
    assert (tmp_path / "a.bin").read_bytes()[:8] == bytes([1, 0, 0xFE, 0xFF, 3, 0, 0, 0])
    assert np.array_equal(read_words(tmp_path / "a.bin", 48), words)


def test_cut_word_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(12))
    with pytest.raises(ComparisonError, match="expected whole words of 8 bytes, found 12 bytes"):
        read_words(tmp_path / "a.bin", 48)

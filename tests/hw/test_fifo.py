"""The FIFO cell: every word, in order, at any depth and storage, under random stalls."""

from pathlib import Path

import numpy as np
import pytest

from tests.hw.runner import fifo_bench, run_bench


def words(count: int) -> list[int]:
    return [int(word) for word in np.random.default_rng(3).integers(0, 2**16, count)]


@pytest.mark.parametrize(
    ("depth", "storage"), [(1, "distributed"), (2, "distributed"), (1, "block"), (5, "block"), (16, "distributed")]
)
def test_words_keep_their_order(tmp_path: Path, depth: int, storage: str) -> None:
    bench = fifo_bench(depth, storage)
    for stall in (0.0, 0.5):
        done = run_bench(bench, {"s": words(300)}, {"m": 300}, stall, tmp_path / f"{stall}")
        assert (done.outputs["m"], done.failures) == (words(300), ())


def test_the_bench_sees_a_missing_and_a_surplus_word(tmp_path: Path) -> None:
    bench = fifo_bench(2, "distributed")
    missing = run_bench(bench, {"s": words(49)}, {"m": 50}, 0.3, tmp_path / "missing")
    assert "stuck: s 49 of 49 words taken, m 49 of 50 words given" in missing.failures[0]
    surplus = run_bench(bench, {"s": words(50)}, {"m": 49}, 0.3, tmp_path / "surplus")
    assert "m: expected 49 words, found 50" in surplus.failures[0]

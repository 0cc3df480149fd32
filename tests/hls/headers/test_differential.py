"""Random pieces of C++: the reference headers, ours, and what the compiler makes of ours agree in values and types.

FPDEEP_HEADER_PIECES=5000 runs that many, with FPDEEP_HEADER_SEED as the first seed.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hls.headers.generate import TOPICS, Piece, pieces
from tests.hls.headers.harness import (
    Inputs,
    differences,
    inputs_of,
    run_compiled,
    run_ours,
    run_reference,
)
from tests.hls.headers.named import named_pieces

PIECES = 140
SEED = 20
VECTORS = 8
BATCH = 300
MANY = int(os.environ.get("FPDEEP_HEADER_PIECES", "0"))


@dataclass(frozen=True)
class Batch:
    """Pieces, their operands, and what the reference gives."""

    pieces: Sequence[Piece]
    inputs: Inputs
    expected: Sequence[int]


def _batch(folder: Path, made: Sequence[Piece], seed: int) -> Batch:
    inputs = inputs_of(made, seed, VECTORS)
    return Batch(made, inputs, run_reference(folder, made, inputs))


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return _batch(tmp_path_factory.mktemp("reference"), [*named_pieces(), *pieces(SEED, PIECES)], SEED)


def test_native_run_agrees(batch: Batch, tmp_path: Path) -> None:
    found = run_ours(tmp_path, batch.pieces, batch.inputs)
    assert not differences(batch.pieces, batch.inputs, batch.expected, found)


def test_compiled_meaning_agrees(batch: Batch, tmp_path: Path) -> None:
    found = run_compiled(tmp_path, batch.pieces, batch.inputs)
    assert not differences(batch.pieces, batch.inputs, batch.expected, found)


def test_a_wrong_value_or_type_is_seen(batch: Batch) -> None:
    for change in (1, 1 << 32):  # the first result's sign, its width
        words = list(batch.expected)
        words[0] ^= change
        assert len(differences(batch.pieces, batch.inputs, batch.expected, words)) >= 1
    words = list(batch.expected)
    words[-1] ^= 1
    (text,) = differences(batch.pieces, batch.inputs, batch.expected, words)
    assert batch.pieces[-1].text() in text


def test_every_topic_is_there(batch: Batch) -> None:
    assert {piece.topic for piece in batch.pieces} >= {topic.__name__ for topic in TOPICS}


@pytest.mark.skipif(not MANY, reason="a long run: FPDEEP_HEADER_PIECES says how many")
def test_many(tmp_path: Path) -> None:
    first = int(os.environ.get("FPDEEP_HEADER_SEED", "1000"))
    for seed in range(first, first + (MANY + BATCH - 1) // BATCH):
        one = _batch(tmp_path, pieces(seed, BATCH), seed)
        for run in (run_ours, run_compiled):
            found = run(tmp_path, one.pieces, one.inputs)
            assert not differences(one.pieces, one.inputs, one.expected, found), (seed, run.__name__)

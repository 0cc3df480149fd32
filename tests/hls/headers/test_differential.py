"""Random pieces of C++: the reference headers, ours, and what the compiler makes of ours agree in values and types.

FPDEEP_HEADER_PIECES=5000 runs that many, with FPDEEP_HEADER_SEED as the first seed.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hls.headers.generate import TOPICS, pieces
from tests.hls.headers.harness import (
    Inputs,
    differences,
    inputs_of,
    run_compiled,
    run_ours,
    run_reference,
)
from tests.hls.headers.named import named_pieces
from tests.hls.headers.operands import Piece

PIECES = int(os.environ.get("FPDEEP_HEADER_PIECES", "60"))
SEED = int(os.environ.get("FPDEEP_HEADER_SEED", "20"))
VECTORS = 8
BATCH = 300


@dataclass(frozen=True)
class Batch:
    """Pieces, their operands, and what the reference gives."""

    pieces: Sequence[Piece]
    inputs: Inputs
    expected: Sequence[int]


@pytest.fixture(scope="module", params=range((PIECES + BATCH - 1) // BATCH))
def batch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    first = request.param == 0
    seed = SEED + request.param
    made = [*(named_pieces() if first else []), *pieces(seed, min(BATCH, PIECES))]
    inputs = inputs_of(made, seed, VECTORS)
    return Batch(made, inputs, run_reference(tmp_path_factory.mktemp("reference"), made, inputs))


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

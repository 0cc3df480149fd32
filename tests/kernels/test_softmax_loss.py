"""`softmax_loss`: its table entry by entry, probabilities, errors and results against integers of Python."""

import math
import re
from dataclasses import dataclass

import numpy as np
import pytest

from tests.kernels.bench import (
    DUMP,
    INFER,
    KERNELS,
    LOAD,
    TRAIN,
    Case,
    Program,
    build,
    command,
    command_port,
    scalar_port,
    vector_port,
)
from tests.kernels.reference import Integers, map_words, random_integers

EXP = [math.floor(2**15 * math.exp(-t / 64) + 0.5) for t in range(1024)]


def test_table_holds_the_formula() -> None:
    text = (KERNELS / "softmax_table.h").read_text()
    body = text[text.index("{") + 1 : text.index("}")]
    assert [int(entry) for entry in re.findall(r"\d+", body)] == EXP


@dataclass(frozen=True)
class Shape:
    """Formats and lanes of the last layer."""

    classes: int
    lanes: int
    logit_bits: int
    logit_fraction: int
    error_bits: int
    error_fraction: int


SHAPES = [
    Shape(10, 4, 16, 8, 16, 15),
    Shape(10, 1, 16, 4, 16, 12),
    Shape(3, 5, 16, 12, 16, 18),
    Shape(7, 7, 12, 6, 16, 16),
    Shape(2, 2, 16, 15, 8, 7),
]


@pytest.fixture(scope="module")
def program() -> Program:
    cases = []
    for index, shape in enumerate(SHAPES):
        fields = {
            "CLASSES": shape.classes, "LANES": shape.lanes, "LOGIT_WIDTH": shape.logit_bits,
            "LOGIT_FRACTION": shape.logit_fraction, "ERROR_WIDTH": shape.error_bits,
            "ERROR_FRACTION": shape.error_fraction,
        }  # fmt: skip
        ports = (
            command_port(),
            vector_port("logits", shape.lanes, shape.logit_bits, True),
            scalar_port("labels", 16, True, signed=False),
            vector_port("errors", shape.lanes, shape.error_bits, False),
            scalar_port("results", 32, False, signed=False),
        )
        cases.append(Case(f"shape_{index}", "softmax_loss", ports, fields))
    return build(cases)


def _expected(shape: Shape, logits: list[int], label: int) -> tuple[list[int], int]:
    """Errors and result word of one image."""
    most = max(logits)
    indices = [min(1023, math.floor((most - z) * 64 / 2**shape.logit_fraction)) for z in logits]
    total = sum(EXP[t] for t in indices)
    probabilities = [EXP[t] * 65536 // total for t in indices]
    limit = 1 << (shape.error_bits - 1)
    errors = []
    for index, probability in enumerate(probabilities):
        exact = probability - (65536 if index == label else 0)
        scaled = math.floor(exact * 2 ** (shape.error_fraction - 16) + 0.5)
        errors.append(min(max(scaled, -limit), limit - 1))
    return errors, probabilities[label] | logits.index(most) << 20


def _logits(shape: Shape, images: int) -> Integers:
    """Close logits, equal ones, and extremes."""
    rng = np.random.default_rng(shape.classes)
    unit = 1 << shape.logit_fraction
    top = (1 << (shape.logit_bits - 1)) - 1
    logits = np.clip(rng.normal(0, 2 * unit, size=(images, shape.classes)).astype(np.int64), -top, top)
    logits[1] = 5
    logits[2] = random_integers(rng, shape.logit_bits, (shape.classes,))
    logits[3] = -top - 1
    logits[3, -1] = top
    return logits


@pytest.mark.parametrize("index", range(len(SHAPES)))
def test_images(program: Program, index: int) -> None:
    shape, images = SHAPES[index], 12
    logits = _logits(shape, images)
    labels = np.random.default_rng(1).integers(0, shape.classes, size=images)
    labels[3] = 0
    expected = [_expected(shape, row.tolist(), int(label)) for row, label in zip(logits, labels, strict=True)]
    commands = [command(LOAD), command(TRAIN, 5), command(INFER, 3), command(DUMP), command(TRAIN, 4)]
    trained = [*range(5), *range(8, 12)]
    errors = np.array([expected[image][0] for image in trained], dtype=np.int64)
    error_words = map_words(errors[:, :, np.newaxis, np.newaxis], shape.lanes)
    words = {
        "command": np.array(commands),
        "logits": map_words(logits[:, :, np.newaxis, np.newaxis], shape.lanes),
        "labels": labels.reshape(-1, 1),
    }
    got = program.run(f"shape_{index}", words, {"errors": len(error_words), "results": images})
    np.testing.assert_array_equal(got["errors"], error_words)
    assert got["results"][:, 0].tolist() == [result for _, result in expected]

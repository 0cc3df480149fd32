"""Which rows an engine needs before each of its steps, and after which steps it has made a row (`model.py` has the
rules). Rows are counted: `needed[s]` rows of the image must be there, not row `needed[s]`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import VECTOR_PARTS, Order, Phase

Counts: TypeAlias = NDArray[np.int64]
Times: TypeAlias = NDArray[np.float64]
"""Clock cycles."""

Rows = dict[int, Times]
"""Times of the rows of a tensor on each board."""


@dataclass(frozen=True)
class Work:
    """Steps of a phase's engine for an image: step s begins when `early[s]` rows are there, does all but the part
    `tail` of its cycles, waits for `needed[s]` rows and does the rest. Row r of what it makes is there after
    `made[r]` steps (empty for the gradient phase)."""

    early: Counts
    needed: Counts
    made: Counts
    tail: float


def moved_rows(network: Network, geometry: Sequence[Geometry]) -> list[int]:
    """In how many rows each tensor moves."""
    return [
        VECTOR_PARTS if tensor and geometry[tensor - 1].flat else network.tensor_shape(tensor)[1]
        for tensor in range(len(geometry) + 1)
    ]


@lru_cache(maxsize=1 << 10)
def work_of(layer: Geometry, phase: Phase, order: Order, newest_last: bool, rows_in: int) -> Work:
    """The steps of an engine of a phase of a layer whose input tensor moves in `rows_in` rows."""
    if layer.flat:
        return _flat(phase, order, rows_in)
    if phase is Phase.GRADIENT:
        rows = errors_needed(layer, np.arange(1, layer.layer.conv_rows + 1))
        return Work(rows, rows, np.zeros(0, np.int64), 1.0)
    first, last = _forward(layer) if phase is Phase.FORWARD else _backward(layer)
    early = np.where(last > first, last, 0) if newest_last else last + 1
    needed = last + 1
    if phase is Phase.BACKWARD:
        early, needed = errors_needed(layer, early), errors_needed(layer, needed)
        made = np.arange(layer.layer.in_rows) // layer.layer.stride + 1
    else:
        shape = layer.layer
        made = np.minimum(shape.conv_rows, np.arange(shape.out_rows) * shape.pool_stride + shape.pool)
    return Work(early, needed, made, 1 / layer.layer.kernel_rows if newest_last else 1.0)


def errors_needed(layer: Geometry, sums: Counts) -> Counts:
    """Rows of the output's errors that hold the errors of the first `sums` rows of sums."""
    shape = layer.layer
    return np.where(sums > 0, np.minimum(shape.out_rows, (sums - 1) // shape.pool_stride + 1), 0)


@lru_cache(maxsize=1 << 10)
def freed_after(layer: Geometry, rows_in: int) -> Counts:
    """For each row of the layer's input: the steps of the gradient engine after which nobody needs it."""
    shape = layer.layer
    if layer.flat:
        return np.full(rows_in, VECTOR_PARTS)
    return np.minimum(shape.conv_rows - 1, (np.arange(shape.in_rows) + shape.padding) // shape.stride) + 1


def errors_used_after(layer: Geometry, phase: Phase) -> Counts:
    """For each row of the output's errors: the steps of the backward or gradient engine after which it is not needed
    any more."""
    shape = layer.layer
    last = np.minimum(shape.conv_rows, np.arange(shape.out_rows) * shape.pool_stride + shape.pool) - 1
    if phase is Phase.GRADIENT:
        return last + 1
    first, _ = _backward(layer)
    return np.searchsorted(first, last, side="right")


def _forward(layer: Geometry) -> tuple[Counts, Counts]:
    """First and last input row under the windows of each row of sums."""
    shape = layer.layer
    top = np.arange(shape.conv_rows) * shape.stride - shape.padding
    return np.maximum(0, top), np.minimum(shape.in_rows - 1, top + shape.kernel_rows - 1)


def _backward(layer: Geometry) -> tuple[Counts, Counts]:
    """First and last row of sums that `stride` input rows have a part in."""
    shape = layer.layer
    top = np.arange(0, shape.in_rows, shape.stride)
    bottom = np.minimum(shape.in_rows, top + shape.stride) - 1
    first = np.maximum(0, -(-(top + shape.padding - shape.kernel_rows + 1) // shape.stride))
    return first, np.minimum(shape.conv_rows - 1, (bottom + shape.padding) // shape.stride)


def _flat(phase: Phase, order: Order, rows: int) -> Work:
    taken, made = (rows, VECTOR_PARTS) if phase is Phase.FORWARD else (VECTOR_PARTS, rows)
    if phase is Phase.GRADIENT:
        steps = np.arange(1, VECTOR_PARTS + 1)
        return Work(steps, steps, np.zeros(0, np.int64), 1.0)
    if order is Order.OUTPUTS_FIRST:
        needed = np.full(made, taken)
        return Work(needed, needed, np.arange(1, made + 1), 1.0)
    needed = np.arange(1, taken + 1)
    by_words = taken == VECTOR_PARTS
    return Work(
        np.maximum(needed - 1, 1) if by_words else needed, needed, np.full(made, taken), 0.0 if by_words else 1.0
    )

"""`relu_pool`, its masks and `relu_pool_backward` against loops over windows."""

from dataclasses import dataclass

import numpy as np
import pytest

from tests.kernels.bench import DUMP, INFER, LOAD, TRAIN, Case, Program, build, command, command_port, vector_port
from tests.kernels.reference import Integers, map_words, random_integers


@dataclass(frozen=True)
class Shape:
    """A convolution's output map, and what follows it."""

    channels: int
    lanes: int
    rows: int
    columns: int
    pool: int
    relu: int

    @property
    def mask_bits(self) -> int:
        return 1 + (self.pool * self.pool - 1).bit_length()


SHAPES = [
    Shape(3, 2, 4, 5, 1, 1),
    Shape(3, 2, 4, 6, 2, 1),
    Shape(5, 2, 7, 7, 3, 1),
    Shape(2, 2, 5, 5, 2, 0),
    Shape(1, 1, 2, 2, 2, 1),
    Shape(6, 4, 1, 1, 1, 1),
]


@pytest.fixture(scope="module")
def program() -> Program:
    cases = []
    for index, shape in enumerate(SHAPES):
        fields = {
            "WIDTH": 16, "LANES": shape.lanes, "GROUPS": -(-shape.channels // shape.lanes), "ROWS": shape.rows,
            "COLUMNS": shape.columns, "POOL": shape.pool, "RELU": shape.relu, "MASK_BITS": shape.mask_bits,
        }  # fmt: skip
        forward = (
            command_port(),
            vector_port("in", shape.lanes, 16, True),
            vector_port("out", shape.lanes, 16, False),
            vector_port("mask", shape.lanes, shape.mask_bits, False, signed=False),
        )
        backward = (
            vector_port("in", shape.lanes, 16, True),
            vector_port("mask", shape.lanes, shape.mask_bits, True, signed=False),
            vector_port("out", shape.lanes, 16, False),
        )
        cases.append(Case(f"forward_{index}", "relu_pool", forward, fields))
        cases.append(Case(f"backward_{index}", "relu_pool_backward", backward, fields))
    return build(cases)


def _pooled(shape: Shape, maps: Integers) -> tuple[Integers, Integers]:
    """Output maps and masks, window by window."""
    images = len(maps)
    size = (images, shape.channels, shape.rows // shape.pool, shape.columns // shape.pool)
    out, masks = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for at in np.ndindex(*size):
        image, channel, row, column = at
        best, winner = None, 0
        for place in range(shape.pool**2):
            value = int(maps[image, channel, row * shape.pool + place // shape.pool,
                             column * shape.pool + place % shape.pool])  # fmt: skip
            if best is None or value > best:
                best, winner = value, place
        assert best is not None
        out[at] = max(0, best) if shape.relu else best
        masks[at] = (1 if not shape.relu or best > 0 else 0) | winner << 1
    return out, masks


def _maps(shape: Shape, images: int, seed: int) -> Integers:
    """Small values, so that equal ones meet in a window, and a few extremes."""
    rng = np.random.default_rng(seed)
    maps = rng.integers(-3, 4, size=(images, shape.channels, shape.rows, shape.columns), dtype=np.int64)
    large = rng.random(maps.shape) < 0.2
    maps[large] = random_integers(rng, 16, maps.shape)[large]
    return maps


@pytest.mark.parametrize("index", range(len(SHAPES)))
def test_forward_and_masks(program: Program, index: int) -> None:
    shape = SHAPES[index]
    maps = _maps(shape, 5, index)
    pooled, masks = _pooled(shape, maps)
    commands = [command(LOAD), command(TRAIN, 2), command(INFER, 1), command(DUMP), command(TRAIN, 2)]
    words = {"command": np.array(commands), "in": map_words(maps, shape.lanes)}
    trained = [0, 1, 3, 4]
    out, mask = map_words(pooled, shape.lanes), map_words(masks[trained], shape.lanes)
    got = program.run(f"forward_{index}", words, {"out": len(out), "mask": len(mask)})
    np.testing.assert_array_equal(got["out"], out)
    # Padding lanes may hold any mask, and a winner means nothing where the error does not pass.
    real = map_words(np.ones_like(masks[trained]), shape.lanes)
    used = np.where(mask & 1, (1 << shape.mask_bits) - 1, 1) * real
    np.testing.assert_array_equal(got["mask"] & used, mask & used)


@pytest.mark.parametrize("index", range(len(SHAPES)))
def test_backward(program: Program, index: int) -> None:
    shape, images = SHAPES[index], 3
    pooled, masks = _pooled(shape, _maps(shape, images, 10 + index))
    errors = random_integers(np.random.default_rng(index), 16, pooled.shape)
    expected = np.zeros((images, shape.channels, shape.rows, shape.columns), dtype=np.int64)
    for at in np.ndindex(*pooled.shape):
        image, channel, row, column = at
        place = int(masks[at]) >> 1
        if masks[at] & 1:
            expected[image, channel, row * shape.pool + place // shape.pool,
                     column * shape.pool + place % shape.pool] = errors[at]  # fmt: skip
    words = {"in": map_words(errors, shape.lanes), "mask": map_words(masks, shape.lanes)}
    out = map_words(expected, shape.lanes)
    got = program.run(f"backward_{index}", words, {"out": len(out)})
    np.testing.assert_array_equal(got["out"], out)

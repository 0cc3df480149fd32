"""`window`: patches in the contract's order, zero padding, several images, any split of the taps."""

import numpy as np
import pytest

from tests.kernels.bench import Case, Program, build, vector_port
from tests.kernels.reference import map_words, patches, random_integers

# channels, lanes, rows, columns, kernel, padding, p_tap, repeat, parts of a word that patches take in turn
SHAPES = [
    (3, 2, 6, 7, 3, 1, 1, 2, 1),
    (3, 2, 6, 7, 3, 1, 3, 2, 1),
    (3, 2, 6, 7, 3, 1, 9, 2, 1),
    (1, 1, 8, 9, 5, 0, 5, 1, 1),
    (2, 2, 8, 9, 5, 0, 25, 2, 1),
    (2, 1, 4, 4, 5, 4, 1, 1, 1),
    (2, 1, 4, 4, 5, 4, 5, 2, 1),
    (2, 2, 3, 2, 5, 4, 25, 1, 1),
    (4, 4, 5, 5, 3, 2, 3, 1, 1),
    (4, 2, 3, 5, 3, 0, 9, 3, 1),
    (2, 2, 3, 3, 3, 0, 1, 2, 1),
    (5, 2, 4, 3, 1, 0, 1, 3, 1),
    (10, 3, 1, 1, 1, 0, 1, 2, 1),
    (3, 1, 1, 1, 3, 1, 3, 2, 1),
    (2, 2, 7, 11, 2, 1, 4, 1, 1),
    (3, 2, 6, 7, 3, 1, 1, 2, 2),
    (5, 4, 6, 7, 3, 1, 3, 2, 2),
    (7, 6, 5, 6, 3, 0, 9, 2, 3),
    (4, 4, 6, 5, 5, 4, 5, 1, 4),
    (10, 4, 1, 1, 1, 0, 1, 3, 2),
]
IMAGES = 4


def _case(index: int) -> Case:
    channels, lanes, rows, columns, kernel, padding, p_tap, repeat, subs = SHAPES[index]
    fields = {
        "WIDTH": 16, "LANES": lanes, "GROUPS": -(-channels // lanes), "ROWS": rows, "COLUMNS": columns,
        "KERNEL": kernel, "PADDING": padding, "P_TAP": p_tap, "OUT_ROWS": rows + 2 * padding - kernel + 1,
        "OUT_COLUMNS": columns + 2 * padding - kernel + 1, "REPEAT": repeat, "P_IN": lanes // subs,
    }  # fmt: skip
    ports = (vector_port("in", lanes, 16, True), vector_port("out", p_tap * lanes // subs, 16, False))
    return Case(f"shape_{index}", "window", ports, fields)


@pytest.fixture(scope="module")
def program() -> Program:
    return build([_case(index) for index in range(len(SHAPES))])


@pytest.mark.parametrize("index", range(len(SHAPES)))
def test_patches(program: Program, index: int) -> None:
    channels, lanes, rows, columns, kernel, padding, p_tap, repeat, subs = SHAPES[index]
    maps = random_integers(np.random.default_rng(index), 16, (IMAGES, channels, rows, columns))
    expected = patches(maps, lanes, kernel, padding, p_tap, repeat, subs)
    got = program.run(f"shape_{index}", {"in": map_words(maps, lanes)}, {"out": len(expected)})
    np.testing.assert_array_equal(got["out"], expected)


@pytest.mark.parametrize("index", range(len(SHAPES)))
def test_last_image_needs_no_further_words(program: Program, index: int) -> None:
    """One image alone comes out whole: nothing waits for the next image."""
    channels, lanes, rows, columns, kernel, padding, p_tap, repeat, subs = SHAPES[index]
    maps = random_integers(np.random.default_rng(index), 16, (1, channels, rows, columns))
    expected = patches(maps, lanes, kernel, padding, p_tap, repeat, subs)
    got = program.run(f"shape_{index}", {"in": map_words(maps, lanes)}, {"out": len(expected)})
    np.testing.assert_array_equal(got["out"], expected)

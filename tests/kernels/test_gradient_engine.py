"""`gradient_engine`: sums over the images of a mini-batch, sent in store order, UPDATE_LANES at a time."""

from dataclasses import dataclass

import numpy as np
import pytest

from fpdeep_gen.golden.phases import conv_gradient
from tests.kernels.bench import DUMP, INFER, LOAD, TRAIN, Case, Program, build, command, command_port, vector_port
from tests.kernels.reference import map_words, patches, random_integers, store_words


@dataclass(frozen=True)
class Shape:
    """A layer on an engine."""

    ins: int
    outs: int
    rows: int
    columns: int
    kernel: int
    padding: int
    p_in: int
    p_out: int
    p_tap: int
    lanes: int
    bits: int
    subs: int = 1
    """Parts of a word of `p_in` channels that the engine takes in turn."""

    @property
    def in_groups(self) -> int:
        return -(-self.ins // self.p_in)

    @property
    def out_groups(self) -> int:
        return -(-self.outs // self.p_out)

    @property
    def out_rows(self) -> int:
        return self.rows + 2 * self.padding - self.kernel + 1

    @property
    def out_columns(self) -> int:
        return self.columns + 2 * self.padding - self.kernel + 1


SHAPES = [
    Shape(3, 5, 4, 5, 3, 1, 2, 2, 1, 1, 48),
    Shape(3, 5, 4, 5, 3, 1, 2, 2, 3, 4, 48),
    Shape(2, 3, 5, 4, 3, 0, 2, 2, 9, 12, 40),
    Shape(1, 1, 4, 4, 5, 4, 1, 1, 25, 5, 48),
    Shape(9, 10, 1, 1, 1, 0, 2, 5, 1, 2, 48),
    Shape(2, 2, 3, 2, 1, 0, 2, 2, 1, 4, 48),
    Shape(1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 36),
    Shape(4, 9, 1, 1, 1, 0, 2, 7, 1, 14, 48),
    Shape(5, 5, 4, 5, 3, 1, 4, 2, 3, 4, 48, subs=2),
    Shape(7, 4, 6, 5, 5, 0, 6, 3, 25, 5, 40, subs=3),
    Shape(10, 7, 1, 1, 1, 0, 4, 3, 1, 12, 48, subs=4),
    Shape(2, 1, 4, 1, 1, 0, 2, 1, 1, 1, 36, subs=2),
]


@pytest.fixture(scope="module")
def program() -> Program:
    cases = []
    for index, shape in enumerate(SHAPES):
        fields = {
            "IN_WIDTH": 16, "ERROR_WIDTH": 16, "GRADIENT_WIDTH": shape.bits, "IN_GROUPS": shape.in_groups,
            "OUT_GROUPS": shape.out_groups, "TAP_GROUPS": shape.kernel**2 // shape.p_tap,
            "OUT_ROWS": shape.out_rows, "OUT_COLUMNS": shape.out_columns,
            "LANES": shape.p_in, "P_IN": shape.p_in // shape.subs, "P_OUT": shape.p_out, "P_TAP": shape.p_tap,
            "UPDATE_LANES": shape.lanes,
        }  # fmt: skip
        ports = (
            command_port(),
            vector_port("patches", shape.p_in // shape.subs * shape.p_tap, 16, True),
            vector_port("errors", shape.p_out, 16, True),
            vector_port("gradients", shape.lanes, shape.bits, False),
        )
        cases.append(Case(f"shape_{index}", "gradient_engine", ports, fields))
    return build(cases)


@pytest.mark.parametrize("index", range(len(SHAPES)))
def test_mini_batches(program: Program, index: int) -> None:
    shape, batches = SHAPES[index], [3, 1, 2]
    rng = np.random.default_rng(index)
    maps = random_integers(rng, 16, (sum(batches), shape.ins, shape.rows, shape.columns))
    errors = random_integers(rng, 16, (sum(batches), shape.outs, shape.out_rows, shape.out_columns))
    expected, begin = [], 0
    for size in batches:
        part = slice(begin, begin + size)
        begin += size
        sums = conv_gradient(maps[part], errors[part], shape.kernel, shape.kernel, shape.padding, shape.bits).values
        expected.append(store_words(sums, shape.p_in, shape.p_out, shape.p_tap).reshape(-1, shape.lanes))
    commands = [
        command(LOAD),
        command(TRAIN, 3),
        command(INFER, 5),
        command(TRAIN, 1),
        command(DUMP),
        command(TRAIN, 2),
    ]
    words = {
        "command": np.array(commands),
        "patches": patches(maps, shape.p_in, shape.kernel, shape.padding, shape.p_tap, shape.out_groups, shape.subs),
        "errors": map_words(errors, shape.p_out),
    }
    wanted = np.concatenate(expected)
    got = program.run(f"shape_{index}", words, {"gradients": len(wanted)})
    np.testing.assert_array_equal(got["gradients"], wanted)


def test_sums_wrap_modulo_the_gradient_width(program: Program) -> None:
    """64 products of 2^30 in 36 bits: 2^36 is 0."""
    ones = np.full((64, 1), -(1 << 15), dtype=np.int64)
    words = {"command": np.array([command(TRAIN, 64)]), "patches": ones, "errors": ones}
    got = program.run("shape_6", words, {"gradients": 1})
    assert got["gradients"].tolist() == [[0]]
    words["command"] = np.array([command(TRAIN, 63), command(TRAIN, 1)])
    got = program.run("shape_6", words, {"gradients": 2})
    assert got["gradients"].tolist() == [[-(1 << 30)], [1 << 30]]

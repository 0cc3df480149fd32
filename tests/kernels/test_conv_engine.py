"""Convolution engines against sums over channels and taps, forward and as the backward phase uses them."""

from dataclasses import dataclass

import numpy as np
import pytest

from fpdeep_gen.golden.phases import conv_backward, conv_forward
from tests.kernels.bench import Case, Port, Program, build, scalar_port, vector_port
from tests.kernels.reference import (
    Integers,
    backward_words,
    map_words,
    patches,
    random_integers,
    rounded,
    store_words,
)


@dataclass(frozen=True)
class Shape:
    """A layer (channels in and out, map) on an engine."""

    ins: int
    outs: int
    rows: int
    columns: int
    kernel: int
    padding: int
    p_in: int
    p_out: int
    p_tap: int
    shift: int
    subs: int = 1
    """Parts of a word of `p_in` channels that the engine takes in turn."""
    out_subs: int = 1
    """Parts of a word of `p_out` channels that it makes in turn."""

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
    Shape(3, 5, 4, 5, 3, 1, 2, 2, 1, 12),
    Shape(3, 5, 4, 5, 3, 1, 2, 2, 3, 12),
    Shape(3, 5, 4, 5, 3, 1, 2, 4, 9, 10),
    Shape(1, 4, 7, 6, 5, 0, 1, 2, 25, 0),
    Shape(2, 3, 5, 5, 1, 0, 1, 3, 1, 31),
    Shape(12, 10, 1, 1, 1, 0, 4, 5, 1, 14),
    Shape(2, 2, 4, 4, 5, 4, 2, 1, 5, 15),
    Shape(5, 5, 4, 5, 3, 1, 4, 2, 3, 12, subs=2),
    Shape(7, 4, 6, 5, 5, 0, 6, 3, 25, 10, subs=3),
    Shape(10, 7, 1, 1, 1, 0, 4, 3, 1, 14, subs=4),
    Shape(3, 2, 4, 1, 3, 1, 2, 2, 1, 12, subs=2),
    Shape(7, 11, 1, 1, 1, 0, 2, 4, 1, 14, out_subs=2),
    Shape(5, 7, 4, 5, 3, 1, 4, 6, 3, 12, subs=2, out_subs=3),
]
KINDS = ["conv_engine", "conv_engine_to_partial", "conv_engine_from_partial", "conv_engine_through_partial"]
ACC = 48


def _ports(shape: Shape, kind: str) -> tuple[Port, ...]:
    partial = (vector_port("partial", shape.p_out, ACC, True),) if "from" in kind or "through" in kind else ()
    out_bits = ACC if kind.endswith(("to_partial", "through_partial")) else 16
    return (
        vector_port("patches", shape.p_in // shape.subs * shape.p_tap, 16, True),
        vector_port("weights", shape.p_in * shape.p_out * shape.p_tap, 16, True),
        scalar_port("credits", 1, False, signed=False),
        *partial,
        vector_port("out", shape.p_out, out_bits, False),
    )


def _case(index: int, kind: str) -> Case:
    shape = SHAPES[index]
    fields = {
        "IN_WIDTH": 16, "WEIGHT_WIDTH": 16, "OUT_WIDTH": 16, "ACC_WIDTH": ACC, "SHIFT": shape.shift,
        "IN_GROUPS": shape.in_groups, "OUT_GROUPS": shape.out_groups, "TAP_GROUPS": shape.kernel**2 // shape.p_tap,
        "OUT_ROWS": shape.out_rows, "OUT_COLUMNS": shape.out_columns,
        "LANES": shape.p_in, "OUT_LANES": shape.p_out,
        "P_IN": shape.p_in // shape.subs, "P_OUT": shape.p_out // shape.out_subs, "P_TAP": shape.p_tap,
    }  # fmt: skip
    return Case(f"{kind}_{index}", kind, _ports(shape, kind), fields)


def _kinds(index: int) -> list[str]:
    return KINDS if index in (1, 5, 7, 9, 11, 12) else KINDS[:1]


CASES = [(index, kind) for index in range(len(SHAPES)) for kind in _kinds(index)]


@pytest.fixture(scope="module")
def program() -> Program:
    return build([_case(index, kind) for index, kind in CASES])


def _inputs(shape: Shape, images: int, seed: int) -> tuple[Integers, Integers, dict[str, Integers]]:
    rng = np.random.default_rng(seed)
    maps = random_integers(rng, 16, (images, shape.ins, shape.rows, shape.columns))
    weights = random_integers(rng, 16, (shape.outs, shape.ins, shape.kernel, shape.kernel))
    store = store_words(weights, shape.p_in, shape.p_out, shape.p_tap)
    words = {
        "patches": patches(maps, shape.p_in, shape.kernel, shape.padding, shape.p_tap, shape.out_groups, shape.subs),
        "weights": np.tile(store, (images * shape.out_rows, 1)),
    }
    return maps, weights, words


@pytest.mark.parametrize(("index", "kind"), CASES)
def test_forward(program: Program, index: int, kind: str) -> None:
    shape, images = SHAPES[index], 3
    maps, weights, words = _inputs(shape, images, index)
    sums = conv_forward(maps, weights, shape.padding, ACC).values
    if "from" in kind or "through" in kind:
        partial = random_integers(np.random.default_rng(99), 40, sums.shape)
        words["partial"] = map_words(partial, shape.p_out)
        sums = sums + partial
    if kind in ("conv_engine", "conv_engine_from_partial"):
        sums = rounded(sums, shape.shift, 16)
    expected = map_words(sums, shape.p_out)
    taken = len(words["weights"])
    got = program.run(f"{kind}_{index}", words, {"out": len(expected), "credits": taken})
    np.testing.assert_array_equal(got["out"], expected)


def test_sums_wrap_modulo_the_accumulator_width(program: Program) -> None:
    """A partial sum at the top of its 48 bits wraps to the bottom; it never saturates."""
    shape = SHAPES[5]
    _, _, words = _inputs(shape, 1, 1)
    words["patches"] = np.ones_like(words["patches"])
    words["weights"] = np.ones_like(words["weights"])
    words["partial"] = np.full((shape.out_groups, shape.p_out), (1 << (ACC - 1)) - 1, dtype=np.int64)
    counts = {"out": shape.out_groups, "credits": len(words["weights"])}
    got = program.run("conv_engine_through_partial_5", words, counts)
    assert np.all(got["out"] == -(1 << (ACC - 1)) + 12 - 1)


@dataclass(frozen=True)
class BackwardShape:
    """A layer whose error goes from its output (`outs` channels) to its input; `p_in`, `p_out`: of the layer. `subs`:
    parts of a word of `p_out` errors that the engine takes in turn; `out_subs`: of one of `p_in` that it makes."""

    layer: Shape
    subs: int = 1
    out_subs: int = 1

    def engine(self) -> Shape:
        """The backward engine: roles swapped."""
        layer = self.layer
        return Shape(layer.outs, layer.ins, layer.out_rows, layer.out_columns, layer.kernel,
                     layer.kernel - 1 - layer.padding, layer.p_out, layer.p_in, layer.p_tap, layer.shift,
                     self.subs, self.out_subs)  # fmt: skip


BACKWARD = [
    BackwardShape(Shape(3, 5, 4, 5, 3, 1, 2, 2, 3, 13)),
    BackwardShape(Shape(3, 2, 5, 5, 3, 0, 2, 1, 9, 13)),
    BackwardShape(Shape(4, 3, 6, 5, 5, 2, 2, 2, 1, 13)),
    BackwardShape(Shape(3, 7, 6, 5, 3, 0, 2, 4, 3, 13), subs=2),
    BackwardShape(Shape(7, 5, 4, 3, 3, 1, 4, 2, 3, 13), subs=2, out_subs=2),
]


@pytest.fixture(scope="module")
def backward_program() -> Program:
    cases = []
    for index, backward in enumerate(BACKWARD):
        shape = backward.engine()
        fields = {
            "IN_WIDTH": 16, "WEIGHT_WIDTH": 16, "OUT_WIDTH": 16, "ACC_WIDTH": ACC, "SHIFT": shape.shift,
            "IN_GROUPS": shape.in_groups, "OUT_GROUPS": shape.out_groups, "TAP_GROUPS": shape.kernel**2 // shape.p_tap,
            "OUT_ROWS": shape.out_rows, "OUT_COLUMNS": shape.out_columns,
            "LANES": shape.p_in, "OUT_LANES": shape.p_out,
            "P_IN": shape.p_in // shape.subs, "P_OUT": shape.p_out // shape.out_subs, "P_TAP": shape.p_tap,
        }  # fmt: skip
        cases.append(Case(f"backward_{index}", "conv_engine", _ports(shape, "conv_engine"), fields))
    return build(cases)


@pytest.mark.parametrize("index", range(len(BACKWARD)))
def test_backward(backward_program: Program, index: int) -> None:
    layer, engine, images = BACKWARD[index].layer, BACKWARD[index].engine(), 2
    rng = np.random.default_rng(index)
    errors = random_integers(rng, 16, (images, layer.outs, layer.out_rows, layer.out_columns))
    weights = random_integers(rng, 16, (layer.outs, layer.ins, layer.kernel, layer.kernel))
    store = store_words(weights, layer.p_in, layer.p_out, layer.p_tap)
    served = backward_words(store, layer.out_groups, layer.in_groups, layer.kernel**2 // layer.p_tap,
                            layer.p_in, layer.p_out, layer.p_tap)  # fmt: skip
    words = {
        "patches": patches(
            errors, engine.p_in, engine.kernel, engine.padding, engine.p_tap, engine.out_groups, engine.subs
        ),
        "weights": np.tile(served, (images * engine.out_rows, 1)),
    }
    expected = map_words(
        rounded(conv_backward(errors, weights, layer.padding, ACC).values, layer.shift, 16), layer.p_in
    )
    got = backward_program.run(f"backward_{index}", words, {"out": len(expected), "credits": len(words["weights"])})
    np.testing.assert_array_equal(got["out"], expected)

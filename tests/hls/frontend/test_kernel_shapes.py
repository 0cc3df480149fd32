"""Any small layer on any fold: windows and engines, compiled, against loops and the golden phases."""

import sys
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fpdeep_gen.golden.phases import conv_forward, conv_gradient
from fpdeep_gen.hls.frontend.translate import RECURSION_LIMIT
from tests.hls.frontend.kernel_bench import InterpretedProgram
from tests.kernels.bench import TRAIN, Case, Integers, command, command_port, scalar_port, vector_port
from tests.kernels.reference import map_words, patches, random_integers, rounded, store_words

sys.setrecursionlimit(RECURSION_LIMIT)  # before hypothesis looks at it: the front end raises it in the middle of a test

ACC = 48
SHIFT = 12
IMAGES = 2


@st.composite
def folds(draw: st.DrawFn) -> dict[str, int]:
    """A layer with a map of up to 4 x 4, and engines that take words in up to 4 parts and make them in up to 3."""
    kernel = draw(st.integers(1, 3))
    padding = draw(st.integers(0, kernel - 1))
    p_in, subs = draw(st.integers(1, 2)), draw(st.integers(1, 4))
    return {
        "kernel": kernel,
        "padding": padding,
        "rows": draw(st.integers(max(1, kernel - 2 * padding), 4)),
        "columns": draw(st.integers(max(1, kernel - 2 * padding), 4)),
        "p_in": p_in,
        "subs": subs,
        "ins": draw(st.integers(1, 2 * p_in * subs)),
        "p_out": draw(st.integers(1, 3)),
        "out_subs": draw(st.integers(1, 3)),
        "outs": draw(st.integers(1, 5)),
        "p_tap": draw(st.sampled_from(sorted({1, kernel, kernel * kernel}))),
    }


def run(kernel: str, ports: tuple[Any, ...], fields: dict[str, int], words: dict[str, Integers], out: int) -> Integers:
    """The words of the last port."""
    case = Case("drawn", kernel, ports, fields)
    counts = {port.name: out if port is ports[-1] else len(words["weights"]) for port in ports if not port.is_input}
    program = InterpretedProgram({"drawn": case}, {})
    return program.run(
        "drawn", {name: words[name] for port in ports if port.is_input for name in port.names()}, counts
    )[ports[-1].name]


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # shapes are small: to shrink them is not worth a compilation each
    suppress_health_check=[HealthCheck.too_slow],
)
@given(fold=folds(), seed=st.integers(0, 99))
def test_any_fold(fold: dict[str, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    kernel, padding, p_in, p_out, p_tap = (fold[name] for name in ("kernel", "padding", "p_in", "p_out", "p_tap"))
    lanes, out_lanes = p_in * fold["subs"], p_out * fold["out_subs"]
    in_groups, out_groups = -(-fold["ins"] // lanes), -(-fold["outs"] // out_lanes)
    maps = random_integers(rng, 16, (IMAGES, fold["ins"], fold["rows"], fold["columns"]))
    weights = random_integers(rng, 16, (fold["outs"], fold["ins"], kernel, kernel))
    sums = conv_forward(maps, weights, padding, ACC).values
    errors = random_integers(rng, 16, sums.shape)
    rows, columns = sums.shape[2:]
    stored = store_words(weights, lanes, out_lanes, p_tap)
    words = {
        "in": map_words(maps, lanes),
        "patches": patches(maps, lanes, kernel, padding, p_tap, out_groups, fold["subs"]),
        "weights": np.tile(stored, (IMAGES * rows, 1)),
        "errors": map_words(errors, out_lanes),
        "command": np.array([command(TRAIN, IMAGES)]),
    }
    shape = {"LANES": lanes, "P_IN": p_in, "P_TAP": p_tap, "OUT_ROWS": rows, "OUT_COLUMNS": columns}
    engine = {
        **shape, "IN_WIDTH": 16, "IN_GROUPS": in_groups, "OUT_GROUPS": out_groups,
        "TAP_GROUPS": kernel * kernel // p_tap,
    }  # fmt: skip
    patch = vector_port("patches", p_in * p_tap, 16, True)

    window = {
        **shape, "WIDTH": 16, "GROUPS": in_groups, "ROWS": fold["rows"], "COLUMNS": fold["columns"],
        "KERNEL": kernel, "PADDING": padding, "REPEAT": out_groups,
    }  # fmt: skip
    ports = (vector_port("in", lanes, 16, True), vector_port("out", p_in * p_tap, 16, False))
    np.testing.assert_array_equal(run("window", ports, window, words, len(words["patches"])), words["patches"])

    expected = map_words(rounded(sums, SHIFT, 16), out_lanes)
    ports = (
        patch,
        vector_port("weights", lanes * out_lanes * p_tap, 16, True),
        scalar_port("credits", 1, False, signed=False),
        vector_port("out", out_lanes, 16, False),
    )
    forward = {
        **engine, "OUT_LANES": out_lanes, "P_OUT": p_out,
        "WEIGHT_WIDTH": 16, "OUT_WIDTH": 16, "ACC_WIDTH": ACC, "SHIFT": SHIFT,
    }  # fmt: skip
    np.testing.assert_array_equal(run("conv_engine", ports, forward, words, len(expected)), expected)

    total = conv_gradient(maps, errors, kernel, kernel, padding, 40).values
    expected = store_words(total, lanes, out_lanes, p_tap).reshape(-1, p_tap)
    dy, dw = vector_port("errors", out_lanes, 16, True), vector_port("gradients", p_tap, 40, False)
    ports = (command_port(), patch, dy, dw)
    gradient = {**engine, "P_OUT": out_lanes, "ERROR_WIDTH": 16, "GRADIENT_WIDTH": 40, "UPDATE_LANES": p_tap}
    np.testing.assert_array_equal(run("gradient_engine", ports, gradient, words, len(expected)), expected)

"""`concat`, `split`, `broadcast_command`, `distribute_load`, `collect_dump`."""

import numpy as np
import pytest

from tests.kernels.bench import Case, Program, build, command, command_port, scalar_port, vector_port
from tests.kernels.bench import Port as StreamPort
from tests.kernels.reference import random_integers

LOW, HIGH, LANES = 3, 2, 4
COUNTS = [5, 1, 3]


@pytest.fixture(scope="module")
def program() -> Program:
    halves = {"LOW_WORDS": LOW, "HIGH_WORDS": HIGH}
    word = f"    using Word = hls::vector<ap_int<16>, {LANES}>;\n"
    counts = f"    static constexpr int COUNTS[] = {{{', '.join(map(str, COUNTS))}}};\n"
    joined = [vector_port(name, LANES, 16, name != "out") for name in ("low", "high", "out")]
    parted = [vector_port(name, LANES, 16, name == "in") for name in ("in", "low", "high")]
    commands = StreamPort("out", "Command", 4, 32, is_input=False, signed=False, count=3)
    load = (scalar_port("in", 16, True), scalar_port("out", 16, False, count=3))
    dump = (scalar_port("in", 16, True, count=3), scalar_port("out", 16, False))
    return build(
        [
            Case("concat", "concat", tuple(joined), halves, word),
            Case("split", "split", tuple(parted), halves, word),
            Case("broadcast", "broadcast_command", (command_port(), commands), {"OUTPUTS": 3}),
            Case("distribute", "distribute_load", load, {"OUTPUTS": 3, "WEIGHT_WIDTH": 16}, counts),
            Case("collect", "collect_dump", dump, {"INPUTS": 3, "WEIGHT_WIDTH": 16}, counts),
        ]
    )


def test_concat_and_split_are_inverse(program: Program) -> None:
    rows = random_integers(np.random.default_rng(1), 16, (7, LOW + HIGH, LANES))
    low, high, whole = (part.reshape(-1, LANES) for part in (rows[:, :LOW], rows[:, LOW:], rows))
    got = program.run("concat", {"low": low, "high": high}, {"out": len(whole)})
    np.testing.assert_array_equal(got["out"], whole)
    got = program.run("split", {"in": whole}, {"low": len(low), "high": len(high)})
    np.testing.assert_array_equal(got["low"], low)
    np.testing.assert_array_equal(got["high"], high)


def test_every_output_gets_every_command(program: Program) -> None:
    commands = np.array([command(2, 7, 0xFFFFFFFF, 3, 65535), command(1), command(4)])
    got = program.run("broadcast", {"command": commands}, {f"out_{i}": 3 for i in range(3)})
    for i in range(3):
        np.testing.assert_array_equal(got[f"out_{i}"], commands)


@pytest.mark.parametrize("loads", [1, 3])
def test_load_and_dump_by_counts(program: Program, loads: int) -> None:
    words = random_integers(np.random.default_rng(2), 16, (loads, sum(COUNTS), 1))
    ends = np.cumsum(COUNTS)
    shares = {
        f"{i}": words[:, end - count : end].reshape(-1, 1)
        for i, (count, end) in enumerate(zip(COUNTS, ends, strict=True))
    }
    whole = words.reshape(-1, 1)
    got = program.run("distribute", {"in": whole}, {f"out_{i}": len(part) for i, part in shares.items()})
    for i, part in shares.items():
        np.testing.assert_array_equal(got[f"out_{i}"], part)
    got = program.run("collect", {f"in_{i}": part for i, part in shares.items()}, {"out": len(whole)})
    np.testing.assert_array_equal(got["out"], whole)

"""`fork_features`, `fork_features_pass`, `duplicate`: who gets which words, by command."""

import numpy as np
import pytest

from tests.kernels.bench import DUMP, INFER, LOAD, TRAIN, Case, Program, build, command, command_port, vector_port
from tests.kernels.reference import random_integers

WORDS, LANES = 6, 3
COMMANDS = [command(LOAD), command(TRAIN, 2), command(INFER, 3), command(TRAIN, 1), command(DUMP)]
TRAINED = [0, 1, 5]


@pytest.fixture(scope="module")
def program() -> Program:
    fields = {"WIDTH": 16, "LANES": LANES, "WORDS": WORDS}
    source = (command_port(), vector_port("in", LANES, 16, True))
    engine, cache, onward = (vector_port(name, LANES, 16, False) for name in ("engine", "cache", "pass"))
    twins = (vector_port("in", LANES, 16, True), vector_port("a", LANES, 16, False), vector_port("b", LANES, 16, False))
    word = f"    using Word = hls::vector<ap_int<16>, {LANES}>;\n"
    return build(
        [
            Case("fork", "fork_features", (*source, engine, cache), fields),
            Case("fork_pass", "fork_features_pass", (*source, engine, cache, onward), fields),
            Case("twins", "duplicate", twins, {}, word),
        ]
    )


@pytest.mark.parametrize("name", ["fork", "fork_pass"])
def test_cache_gets_trained_images_only(program: Program, name: str) -> None:
    words = random_integers(np.random.default_rng(1), 16, (6 * WORDS, LANES))
    kept = words.reshape(6, WORDS, LANES)[TRAINED].reshape(-1, LANES)
    counts = {"engine": len(words), "cache": len(kept), "pass": len(words)}
    got = program.run(name, {"command": np.array(COMMANDS), "in": words}, counts)
    np.testing.assert_array_equal(got["engine"], words)
    np.testing.assert_array_equal(got["cache"], kept)
    if name == "fork_pass":
        np.testing.assert_array_equal(got["pass"], words)


def test_duplicate(program: Program) -> None:
    words = random_integers(np.random.default_rng(2), 16, (20, LANES))
    got = program.run("twins", {"in": words}, {"a": 20, "b": 20})
    np.testing.assert_array_equal(got["a"], words)
    np.testing.assert_array_equal(got["b"], words)

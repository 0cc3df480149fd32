"""Kernels that once came out wrong, each made small; natively against RTL, without and with stalls."""

import functools
import random
from pathlib import Path

import pytest

from tests.hls.batch.build import Group, Source, build
from tests.hls.batch.run import Results, Stimulus, run_group

FILES = sorted((Path(__file__).parent / "regressions").glob("*.cpp"))
CALLS = 12
WORDS = 200


@functools.cache
def results() -> dict[str, Results]:
    """Of all files; they are built together."""
    group = build([Source(file.stem, file.read_text()) for file in FILES])
    return run_group(group, {file.stem: words_of(group, file.stem) for file in FILES})


def words_of(group: Group, name: str) -> Stimulus:
    """Random words with the extremes of each width among them; one word of `go` a call."""
    source = random.Random(name)
    inputs: dict[str, list[int]] = {}
    for port in group.kernels[name].report.ports:
        if port.is_input:
            extremes = [0, 1, (1 << port.width) - 1, 1 << port.width - 1, (1 << port.width - 1) - 1]
            inputs[port.name] = [
                source.choice(extremes) if source.random() < 0.4 else source.getrandbits(port.width)
                for _ in range(CALLS if port.name == "go" else WORDS)
            ]
    return Stimulus(inputs, CALLS, whole=False)


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_regression(name: str) -> None:
    assert results()[name].difference() == ""
    assert sum(len(words) for words in results()[name].native.values()) >= CALLS

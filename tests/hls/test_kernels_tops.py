"""Kernels whose tops have arrays, scalars, registers and buses: against C++ and Python, without and with stalls."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.hls.compile import lint
from fpdeep_gen.hls.cosim import cosimulate
from fpdeep_gen.hls.stimulus import Stimulus
from tests.hls.kernels.cases import HERE, STALL, intervals, signed

RANDOM = random.Random(9)
CALLS = 3


@dataclass(frozen=True)
class Top:
    """`least` and `most`: cycles of each call by hand, without stalls."""

    name: str
    stimulus: Stimulus
    expected: Mapping[str, Sequence[int]]
    ii: Sequence[int]
    least: int
    most: int


def _block_filter() -> Top:
    samples = [[RANDOM.randrange(-8192, 8192) for _ in range(32)] for _ in range(CALLS)]
    counts, threshold = [32, 20, 0], [100, -500, -1]
    results, peaks = [], []
    for block, n, limit in zip(samples, counts, threshold, strict=True):
        used = [*block[:n], *([0] * (32 - n))]
        centred = [signed(x - (sum(used) >> 5), 15) for x in used][::-1]
        results += centred
        peaks.append(sum(x > limit for x in centred))
    given = {"samples": np.array(samples), "n": np.array(counts), "threshold": np.array(threshold)}
    given |= {"results": np.zeros((CALLS, 32), dtype=np.int64)}
    # three stages of 32 cycles one behind the other, each at most 3 deep; tokens of start, banks and end: 2 cycles each
    return Top("block_filter", given, {"results": results, "peaks": peaks}, [1, 1, 1], 96, 96 + 3 * 3 + 4 * 2)


def _polynomial() -> Top:
    values = [[RANDOM.randrange(0, 2**31) for _ in range(24)] for _ in range(CALLS)]
    factors = [[RANDOM.randrange(-(2**15), 2**15) for _ in range(4)] for _ in range(CALLS)]
    made, most = [], []
    for block, c, negate in zip(values, factors, [0, 1, 0], strict=True):
        out = []
        for value in block:
            x = value & 0x3FF
            y = signed(c[0] + c[1] * x + c[2] * x**2 + c[3] * x**3, 32)
            out.append(signed(-y if negate else y, 32))
        made += out
        most.append(max(out))
    given = {"values": np.array(values), "coefficients": np.array(factors), "n": np.array([24] * CALLS)}
    given |= {"negate": np.array([0, 1, 0])}
    # 24 iterations in a pipeline of 3 products of two stages with sums behind them; a step before and one after
    return Top("polynomial_array", given, {"values": made, "ap_return": most}, [1], 24 + 6, 24 + 16)


def _vector_update() -> Top:
    x, y = ([[RANDOM.randrange(-(2**31), 2**31) for _ in range(64)] for _ in range(CALLS)] for _ in range(2))
    a = [3, -70000, 2**31 - 1]
    made, sums = [], []
    for left, right, factor in zip(x, y, a, strict=True):
        out = [signed(one + factor * other, 32) for one, other in zip(right, left, strict=True)]
        total = 0
        for one in out:
            total ^= one & 0xFFFFFFFF
        made += out
        sums.append(total)
    given = {"x": np.array(x), "y": np.array(y), "a": np.array(a), "n": np.array([64] * CALLS)}
    # Two loops of 64, each waits 32 stages for its first word. A first burst of 16 is gathered before it is asked for,
    # in each of the three directions; the rest are the depths behind the 32, handshakes and the last answer.
    most = 2 * (64 + 32) + 3 * 16 + 32
    return Top("vector_update", given, {"y": made, "ap_return": sums}, [1, 1], 2 * (64 + 32), most)


TOPS = [_block_filter(), _polynomial(), _vector_update()]


@pytest.mark.parametrize("top", TOPS, ids=lambda top: top.name)
def test_top(top: Top, tmp_path: Path) -> None:
    for stalls in (0.0, STALL):
        source = HERE / f"{top.name}.cpp"
        done = cosimulate(source, top.name, tmp_path, stimulus=top.stimulus, stalls=stalls)
        assert done.differences == ()
        for name, words in top.expected.items():
            assert list(done.outputs[name]) == list(words), name
        assert intervals(done.compiled.report) == top.ii
        if not stalls:
            assert all(top.least <= one <= top.most for one in done.latencies), done.latencies
    lint(done.compiled)

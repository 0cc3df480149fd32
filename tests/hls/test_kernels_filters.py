"""Filters: samples in, samples out, one sample a cycle."""

import random

import numpy as np
import pytest

from tests.hls.kernels.cases import Case, faults, pack, signed


def samples(count: int, bits: int, seed: int = 7) -> list[int]:
    source = random.Random(seed)
    half = 1 << (bits - 1)
    return [source.choice([source.randrange(-half, half), -half, half - 1, 0]) for _ in range(count)]


def _fir() -> Case:
    taps = [-3, 17, -60, 120, 311, -702, 1500, 9000]
    x = samples(200, 16)
    y = np.convolve(x, taps + taps[::-1])[: len(x)]
    return Case("fir", {"x": x}, {"y": y.tolist()}, [1], 200, calls=2)


def _fir_symmetric() -> Case:
    half = [512, -2048, 7000, 20000]
    x = samples(80, 18)
    y = np.convolve(x, [*half, 65000, *half[::-1]])[: len(x)]
    return Case("fir_symmetric", {"in": x}, {"out": (y >> 17).tolist()}, [1], 80, calls=80)


def _fir_loadable() -> Case:
    first, second = samples(8, 12, 1), samples(8, 12, 2)
    x, more = samples(50, 12, 3), samples(30, 12, 4)
    y = np.convolve(x, first[::-1])[:50].tolist() + np.convolve(x + more, second[::-1])[50:80].tolist()
    inputs = {"command": [0, 50 << 1 | 1, 0, 30 << 1 | 1], "in": first + x + second + more}
    return Case("fir_loadable", inputs, {"out": y}, [1, 1], 96, fills=8, calls=4)


def _iir_biquad() -> Case:
    x = samples(128, 16)
    y: list[int] = []
    for n in range(len(x)):
        feed = 5000 * x[n] + 9800 * (x[n - 1] if n else 0) + 5000 * (x[n - 2] if n > 1 else 0)
        back = -6100 * (y[n - 1] if n else 0) + 3300 * (y[n - 2] if n > 1 else 0)
        y.append(max(-32768, min(32767, (feed - back + 8192) // 16384)))
    # y1 comes back through a product (a stage, its operands are registers: 16 x 14 bits are one DSP), then two sums of
    # 35 bits (2.8 ns), a comparison and two choices (1.4 ns): at 5 ns they fill a stage. 1 + 1
    return Case("iir_biquad", {"x": x}, {"y": y}, [2], 256, calls=2)


def _cic_decimator() -> Case:
    x = samples(160, 12)
    box = np.ones(8, dtype=np.int64)
    y = np.convolve(np.convolve(np.convolve(x, box), box), box)[: len(x)][7::8]
    return Case("cic_decimator", {"in": x}, {"out": y.tolist()}, [1], 160, calls=20)


def _moving_average() -> Case:
    x = [abs(one) for one in samples(70, 12)]
    y = [sum(x[max(0, n - 15) : n + 1]) // 16 for n in range(len(x))]
    return Case("moving_average", {"in": x}, {"out": y}, [1], 70, calls=70)


def _median5() -> Case:
    x = samples(100, 16)
    padded = [0] * 4 + x
    y = [sorted(padded[n : n + 5])[2] for n in range(len(x))]
    return Case("median5", {"in": x}, {"out": y}, [1], 100, calls=2)


def _sliding_maximum() -> Case:
    x = samples(60, 32)
    y = [max(x[max(0, n - 7) : n + 1]) for n in range(len(x))]
    return Case("sliding_maximum", {"in": x}, {"out": y}, [1], 60)


def _lms() -> Case:
    x = [one // 4 for one in samples(80, 12, 11)]
    wanted = np.convolve(x, [1, -1, 2])[:80].tolist()
    wanted = [signed(one, 12) for one in wanted]
    w, u, errors = [0] * 4, [0] * 4, []
    for one, goal in zip(x, wanted, strict=True):
        u = [one, *u[:3]]
        error = signed(goal - (signed(sum(a * b for a, b in zip(w, u, strict=True)), 30) >> 12), 16)
        errors.append(error)
        w = [signed(a + ((error * b) >> 10), 16) for a, b in zip(w, u, strict=True)]
    # a weight comes back through a product, a stage of sums and the error, a product, and a stage that adds: products
    # start from registers, so none of the four joins another
    return Case("lms", {"x": x, "wanted": wanted}, {"error": errors}, [4], 320, calls=2)


def _nco() -> Case:
    steps = [random.Random(5).getrandbits(24) for _ in range(100)]
    phases = np.cumsum(steps) % 2**24 >> 17
    angle = (phases + 0.5) * 2 * np.pi / 128
    out = [pack([round(255 * np.cos(one)), round(255 * np.sin(one))], 9) for one in angle]
    return Case("nco", {"step": steps}, {"out": out}, [1], 100, calls=100)


CASES = [
    _fir(), _fir_symmetric(), _fir_loadable(), _iir_biquad(), _cic_decimator(),
    _moving_average(), _median5(), _sliding_maximum(), _lms(), _nco(),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_kernel(case: Case) -> None:
    assert faults(case, CASES) == []

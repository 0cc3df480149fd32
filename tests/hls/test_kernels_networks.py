"""Networks of tasks, feedback through FIFOs, and a recurrent cell."""

import random

import numpy as np
import pytest

from tests.hls.kernels.cases import Case, faults, signed


def _feedback_network() -> Case:
    """Four interleaved channels: y[n] = x[n] + floor(3 y[n - 4] / 4)."""
    x = [random.Random(1).randrange(-(2**20), 2**20) for _ in range(1)] + list(range(-5000, 5000, 170))
    y: list[int] = []
    for n, value in enumerate(x):
        y.append(signed(value + (3 * y[n - 4] >> 2 if n >= 4 else 0), 24))
    return Case("feedback_network", {"in": x}, {"out": y}, [1, 1], len(x), fills=8)


def _ping_pong_network() -> Case:
    x = np.random.default_rng(2).integers(-1000, 1000, (4, 16))
    out = ((x[:3, ::-1] - 100) * 3).ravel().tolist()
    return Case("ping_pong_network", {"in": x.ravel().tolist()}, {"out": out}, [1, 1, 1], 64, fills=3)


def _fork_join_network() -> Case:
    words = [random.Random(place).getrandbits(16) for place in range(30)]
    out = []
    for place, word in enumerate(words):
        for _ in range(3):
            word = ((word ^ word << 3) + (11, 22, 33)[place % 3]) & 0xFFFF
        out.append(word)
    return Case("fork_join_network", {"in": words}, {"out": out}, [1, 1, 1, 1, 1], 30, fills=5)


def _credit_network() -> Case:
    words = [random.Random(place).getrandbits(8) for place in range(40)]
    return Case("credit_network", {"in": words}, {"out": [word ^ 0xA5 for word in words]}, [], 40, fills=40)


def _lstm_cell() -> Case:
    weights, v = np.zeros((4, 4, 6), dtype=np.int64), 7
    for place in np.ndindex(4, 4, 6):
        v = (v * 73 + 41) % 4001
        weights[place] = v - 2000
    x = np.random.default_rng(3).integers(-8000, 8000, (6, 2))
    hidden, cell, out = np.zeros(4, np.int64), np.zeros(4, np.int64), []
    for step in x:
        sums = np.clip(weights @ np.concatenate([step, hidden]) >> 12, -32768, 32767)
        gates = np.clip((sums[:3] >> 2) + 2048, 0, 4096)
        cell = np.clip((gates[1] * cell + gates[0] * np.clip(sums[3], -4096, 4096)) >> 12, -32768, 32767)
        hidden = (gates[2] * np.clip(cell, -4096, 4096)) >> 12
        out += hidden.tolist()
    return Case("lstm_cell", {"in": x.ravel().tolist()}, {"out": out}, [1, 1, 1], 6 * 10, fills=24, calls=6)


def _round_robin_network() -> Case:
    words = [random.Random(place).randrange(-3000, 3000) for place in range(48)]
    out = [(word - 7) ** 2 + (place << 24) for place, word in enumerate(words)]
    return Case("round_robin_network", {"in": words}, {"out": out}, [1] * 6, 48, fills=16, calls=6)


def _blocks() -> Case:
    tiles = np.random.default_rng(5).integers(-(2**15), 2**15, (4, 8, 3, 4))
    out = tiles.transpose(0, 1, 3, 2).reshape(4, 96)[:, ::-1]
    return Case("blocks", {"in": tiles.ravel().tolist()}, {"out": out.ravel().tolist()}, [1] * 5, 4 * 192, 60, calls=4)


CASES = [
    _feedback_network(),
    _ping_pong_network(),
    _fork_join_network(),
    _credit_network(),
    _lstm_cell(),
    _round_robin_network(),
    _blocks(),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_kernel(case: Case) -> None:
    assert faults(case, CASES) == []

"""Arithmetic: transforms, products, divisions, roots, bits."""

import math
import random

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.hls.kernels.cases import Case, faults, pack, signed


def _cordic() -> Case:
    """Within two units of the exact value; the words themselves follow from the integer recurrence in Python."""
    angles = [0, 1, -1, 8192, 16384, -16384, 32767, -32768, *random.Random(1).sample(range(-32768, 32768), 40)]
    table = [round(math.atan(2.0**-step) / math.pi * 32768) for step in range(14)]
    out = []
    for angle in angles:
        flip = angle >= 16384 or angle < -16384
        z = angle - 32768 * (1 if angle >= 16384 else -1 if flip else 0)
        x, y = 9949, 0
        for step, turn in enumerate(table):
            sign = 1 if z >= 0 else -1
            x, y, z = x - sign * (y >> step), y + sign * (x >> step), z - sign * turn
        point = [-x, -y] if flip else [x, y]
        exact = [16384 * math.cos(angle / 32768 * math.pi), 16384 * math.sin(angle / 32768 * math.pi)]
        assert np.abs(np.array(point) - exact).max() < 12
        out.append(pack(point, 16))
    return Case("cordic", {"angle": angles}, {"out": out}, [1], len(angles), calls=len(angles))


def _divider() -> Case:
    source = random.Random(2)
    pairs = [(source.getrandbits(24), source.getrandbits(source.choice([3, 12, 24])) or 1) for _ in range(12)]
    pairs += [(5, 9), (2**24 - 1, 1)]
    inputs = {"numerator": [a for a, _ in pairs], "denominator": [b for _, b in pairs]}
    out = {"quotient": [a // b for a, b in pairs], "remainder": [a % b for a, b in pairs]}
    return Case("divider", inputs, out, [1], 24 * len(pairs), fills=14, calls=len(pairs))


def _divide_operator() -> Case:
    source = random.Random(3)
    pairs = [(-2048, -1), (-2048, 1), (7, -2), (-7, 2), (2047, 0)]
    pairs += [(source.randrange(-2048, 2048), source.randrange(-40, 40)) for _ in range(35)]
    q = [int(math.copysign(abs(a) // abs(b or 1), a * (b or 1))) for a, b in pairs]
    r = [a - one * (b or 1) for (a, b), one in zip(pairs, q, strict=True)]
    inputs = {"a": [a for a, _ in pairs], "b": [b for _, b in pairs]}
    return Case("divide_operator", inputs, {"q": q, "r": r}, [4], 160)


def _square_root() -> Case:
    values = [0, 1, 2, 3, 4, 2**32 - 1, 65535**2, 65535**2 - 1, *(random.Random(4).getrandbits(32) for _ in range(8))]
    out = [math.isqrt(one) for one in values]
    return Case("square_root", {"in": values}, {"out": out}, [1], 16 * 16, fills=32, calls=16)


def _gcd() -> Case:
    source = random.Random(5)
    pairs = [(12, 18), (1, 1), (2**19, 3 * 2**17), (99991, 99989)]
    pairs += [(source.randrange(1, 2**20), source.randrange(1, 2**20)) for _ in range(6)]
    steps = 0
    for a, b in pairs:
        while a != b:
            steps += 1
            if a % 2 == 0 or b % 2 == 0:
                a, b = a // (2 - a % 2), b // (2 - b % 2)
            else:
                a, b = (abs(a - b) // 2, min(a, b))
    inputs = {"a_in": [a for a, _ in pairs], "b_in": [b for _, b in pairs]}
    return Case("gcd", inputs, {"out": [math.gcd(a, b) for a, b in pairs]}, [1], steps, fills=20, calls=10)


def matrices(*shape: int, bits: int, seed: int = 1) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(-(1 << (bits - 1)), 1 << (bits - 1), shape)


def _matrix_multiply() -> Case:
    pairs = matrices(2, 2, 6, 6, bits=12)
    out = (pairs[:, 0] @ pairs[:, 1]).ravel().tolist()
    steps = 2 * 3 * 36
    return Case("matrix_multiply", {"in": pairs.ravel().tolist()}, {"out": out}, [1, 1, 1], steps, fills=10, calls=2)


def _matrix_vector() -> Case:
    rom = np.array([[(r * 37 + c * 101) % 199 - 99 for c in range(16)] for r in range(8)])
    x = matrices(2, 16, bits=16)
    out = (x @ rom.T).ravel().tolist()
    return Case("matrix_vector", {"x_in": x.ravel().tolist()}, {"y_out": out}, [1, 1], 2 * 144, fills=6, calls=2)


def _systolic_multiply() -> Case:
    a, b = matrices(2, 4, 10, bits=8), matrices(2, 10, 4, bits=8, seed=2)
    left = [pack(column, 8) for one in a for column in one.T.tolist()]
    top = [pack(row, 8) for one in b for row in one.tolist()]
    out = [pack(row, 20) for one in (a @ b) for row in one.tolist()]
    return Case("systolic_multiply", {"left": left, "top": top}, {"out": out}, [1, 1], 2 * 20, fills=8, calls=2)


def _fft() -> Case:
    """Against NumPy within 2 units; the words from the same integer stages on arrays."""
    x = np.random.default_rng(3).integers(-32768, 32768, (2, 16, 2)) // 2
    turn = np.exp(-2j * np.pi * np.arange(8) / 16) * 16384
    cosine, sine = np.round(turn.real).astype(np.int64), np.round(turn.imag).astype(np.int64)
    out = []
    for block in x:
        order = [int(f"{place:04b}"[::-1], 2) for place in range(16)]
        re, im = block[order, 0], block[order, 1]
        for stage in range(4):
            half = 1 << stage
            re, im = re.reshape(-1, 2, half), im.reshape(-1, 2, half)
            c, s = cosine[:: 8 // half], sine[:: 8 // half]
            tr = (re[:, 1] * c - im[:, 1] * s + 8192) >> 14
            ti = (re[:, 1] * s + im[:, 1] * c + 8192) >> 14
            re, im = (np.stack([(a[:, 0] + t) >> 1, (a[:, 0] - t) >> 1], 1) for a, t in ((re, tr), (im, ti)))
        re, im = re.ravel(), im.ravel()
        exact = np.fft.fft(block[:, 0] + 1j * block[:, 1]) / 16
        assert np.abs(re + 1j * im - exact).max() < 3
        out += [pack(pair, 16) for pair in zip(re.tolist(), im.tolist(), strict=True)]
    words = [pack(pair, 16) for pair in x.reshape(-1, 2).tolist()]
    return Case("fft", {"in": words}, {"out": out}, [1, 2, 1], 2 * (16 + 64 + 16), fills=10, calls=2)


def _bin_to_bcd() -> Case:
    values = [0, 9, 10, 99, 1999, 9999, *(random.Random(6).randrange(10000) for _ in range(30))]
    return Case("bin_to_bcd", {"in": values}, {"out": [int(str(one), 16) for one in values]}, [1], 36, calls=36)


def _bit_counts() -> Case:
    source = random.Random(7)
    words = [0, 2**48 - 1, 1, 2**47, *(source.getrandbits(source.randrange(1, 49)) for _ in range(28))]
    texts = [f"{one:048b}" for one in words]
    counts = [pack([one.count("1"), (one + "1").index("1"), one.count("1") % 2], 6) for one in texts]
    out = {"reversed_out": [int(one[::-1], 2) for one in texts], "counts": counts}
    return Case("bit_counts", {"in": words}, out, [1], 32)


def _wide_arithmetic() -> Case:
    source = random.Random(8)
    pairs = [(source.getrandbits(256), source.getrandbits(256)) for _ in range(6)] + [(2**256 - 1, 1), (0, 2**256 - 1)]
    out = []
    for a, b in pairs:
        out += [a + b, abs(a - b), abs(a - b) * 201, (a & b) ^ a >> 77 ^ b << 13 & (1 << 256) - 1]
    inputs = {"a_in": [a for a, _ in pairs], "b_in": [b for _, b in pairs]}
    return Case("wide_arithmetic", inputs, {"out": out}, [], 8 * 4, fills=8, calls=8)


def _polynomial() -> Case:
    x = [-32768, 32767, 0, 1, *(random.Random(9).randrange(-32768, 32768) for _ in range(46))]
    out = []
    for one in x:
        y = 3000
        for c in (-7000, 2200, 8191, -4000, 120):
            y = max(-32768, min(32767, signed(((y * one) >> 13) + c, 21)))
        out.append(y)
    return Case("polynomial", {"x_in": x}, {"y_out": out}, [1], 50)


def _complex_mixer() -> Case:
    source = random.Random(10)
    samples = [(source.randrange(-20000, 20000), source.randrange(-20000, 20000)) for _ in range(40)]

    def product(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
        re, im = a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]
        return signed((re + 16384) >> 15, 16), signed((im + 16384) >> 15, 16)

    rotor, out = (32767, 0), []
    for sample in samples:
        out.append(product(sample, rotor))
        rotor = product(rotor, (30274, 12540))
    inputs = {"re": [a for a, _ in samples], "im": [b for _, b in samples]}
    expected = {"re_out": [a for a, _ in out], "im_out": [b for _, b in out]}
    # the rotor comes back through a sum (a.re + a.im) whose register feeds a product, and a stage of sums: 1 + 1 + 1
    return Case("complex_mixer", inputs, expected, [3], 120, calls=40)


def _mandelbrot() -> Case:
    source = random.Random(11)
    points = [(source.randrange(-16384, 8192), source.randrange(-9000, 9000)) for _ in range(12)] + [(0, 0), (12000, 0)]
    counts = []
    for c in points:
        zr = zi = n = 0
        while n < 40 and (zr * zr >> 13) + (zi * zi >> 13) <= 4 << 13:
            zr, zi, n = (zr * zr >> 13) - (zi * zi >> 13) + c[0], (zr * zi >> 12) + c[1], n + 1
        counts.append(n)
    words = [pack(point, 16) for point in points]
    # products of 21 x 21 bits take two stages, sums and the test a third; words are read and written in steps apart
    return Case("mandelbrot", {"c_in": words}, {"out": counts}, [3], 3 * sum(counts), fills=28, calls=14)


CASES = [
    _cordic(), _divider(), _divide_operator(), _square_root(), _gcd(), _matrix_multiply(), _matrix_vector(),
    _systolic_multiply(), _fft(), _bin_to_bcd(), _bit_counts(), _wide_arithmetic(), _polynomial(), _complex_mixer(),
    _mandelbrot(),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_kernel(case: Case) -> None:
    assert faults(case, CASES) == []

"""Codes made of bits: concatenations and ranges as values and as targets."""

import base64
import random
from collections.abc import Sequence
from itertools import groupby

import pytest

from tests.hls.kernels.cases import Case, faults, pack


def octets(count: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(count)


def _scrambler() -> Case:
    data = octets(40)
    sent: list[int] = []
    for bit in (byte >> place & 1 for byte in data for place in range(7, -1, -1)):
        sent.append(bit ^ (sent[-43] if len(sent) >= 43 else 0))
    out = [pack(sent[at : at + 8][::-1], 1) for at in range(0, len(sent), 8)]
    return Case("scrambler", {"in": list(data)}, {"out": out}, [1], 40, calls=40)


def _viterbi() -> Case:
    """Two blocks with one symbol bit flipped now and then: the decoder gives the bits that were encoded."""
    source = random.Random(5)
    symbols, out = [], []
    for _ in range(2):
        bits = [*(source.randrange(2) for _ in range(30)), 0, 0]
        for place, bit in enumerate(bits):
            one, two = (bits[place - back] if place >= back else 0 for back in (1, 2))
            symbol = (bit ^ one ^ two) << 1 | (bit ^ two)
            symbols.append(symbol ^ (1 if place in (6, 19) else 0))
        out += bits
    return Case("viterbi", {"symbols": symbols}, {"bits": out}, [1, 1, 1], 2 * 96, fills=10, calls=2)


def _convolutional_encoder() -> Case:
    bits = [random.Random(3).randrange(2) for _ in range(1)] + [int(one) for one in f"{0x5A3C_96F0_1234:048b}"]
    out = []
    for place in range(len(bits)):
        window = [bits[place - back] if place >= back else 0 for back in range(7)]
        parities = [
            sum(bit for bit, tap in zip(window, f"{taps:07b}", strict=True) if tap == "1") % 2
            for taps in (0o171, 0o133)
        ]
        out.append(pack(parities, 1))
    return Case("convolutional_encoder", {"in": bits}, {"out": out}, [1], len(bits), calls=len(bits))


def _runs(data: bytes) -> list[tuple[int, int]]:
    return [(min(255, left), value) for value, run in groupby(data) for left in _pieces(len(list(run)))]


def _pieces(count: int) -> list[int]:
    return [255] * (count // 255) + ([count % 255] if count % 255 else [])


def _run_length_encoder() -> Case:
    blocks = [b"aaaabbbcd", b"x" * 300 + b"yz", b"q"]
    words = [value | (place == len(one) - 1) << 8 for one in blocks for place, value in enumerate(one)]
    out = []
    for block in blocks:
        runs = _runs(block)
        out += [value | count << 8 | (place == len(runs) - 1) << 16 for place, (count, value) in enumerate(runs)]
    # The last run is written behind the loop, in the iteration that may write the run before: two writes an iteration.
    # a word a cycle; the run that is left is written by a step of its own, as the last iteration may write one as well
    return Case("run_length_encoder", {"in": words}, {"out": out}, [1], len(words), fills=8, calls=3)


def _hamming() -> Case:
    codes, out = [], []
    for data in range(16):
        d = [data >> place & 1 for place in range(4)]
        code = [d[0] ^ d[1] ^ d[3], d[0] ^ d[2] ^ d[3], d[0], d[1] ^ d[2] ^ d[3], d[1], d[2], d[3]]
        for flipped in (None, *range(7)):
            codes.append(pack([bit ^ (place == flipped) for place, bit in enumerate(code)], 1))
            out.append(data | (flipped is not None) << 4)
    return Case("hamming", {"in": codes}, {"out": out}, [1], len(codes), calls=len(codes))


def _xtea_block(key: Sequence[int], block: int) -> int:
    """As in the cipher's publication (Needham and Wheeler, 1997)."""
    y, z, total, mask = block >> 32, block & 0xFFFFFFFF, 0, 0xFFFFFFFF
    for _ in range(32):
        y = (y + ((z << 4 ^ z >> 5) + z ^ total + key[total & 3])) & mask
        total = (total + 0x9E3779B9) & mask
        z = (z + ((y << 4 ^ y >> 5) + y ^ total + key[total >> 11 & 3])) & mask
    return y << 32 | z


def _xtea() -> Case:
    keys = [[0x00010203, 0x04050607, 0x08090A0B, 0x0C0D0E0F], [7, 0xFFFFFFFF, 0x80000000, 0]]
    blocks = [0x4142434445464748, 0, 0xFFFFFFFFFFFFFFFF, 1, 2, 3]
    out = [_xtea_block(keys[place // 3], block) for place, block in enumerate(blocks)]
    assert out[0] == 0x497DF3D072612CB5  # the published test vector
    inputs = {"key_in": [pack(key, 32) for key in keys], "plain": blocks}
    return Case("xtea", inputs, {"cipher": out}, [3], 6 * 96, fills=14, calls=2)


def _base64() -> Case:
    data = octets(36)
    return Case("base64", {"in": list(data)}, {"out": list(base64.b64encode(data))}, [1], 48)


def _packet_parser() -> Case:
    source = random.Random(7)
    beats, payload, status = [], [], []
    for kind, length, padding in [(1, 5, 0), (2, 4, 2), (9, 3, 0), (2, 0, 1), (1, 200, 1), (2, 1, 0), (0, 1, 0)]:
        body = [source.randrange(256) for _ in range(length)]
        packet = [kind, length, *body, *([0xEE] * padding)]
        beats += [byte | (place == len(packet) - 1) << 8 for place, byte in enumerate(packet)]
        payload += body if kind == 2 else []
        status.append(kind | (sum(body) if kind == 1 else 0) << 8)
    inputs = {"in": beats}
    return Case("packet_parser", inputs, {"payload": payload, "status": status}, [1], len(beats), calls=len(beats))


CASES = [
    _scrambler(), _viterbi(), _convolutional_encoder(), _run_length_encoder(), _hamming(), _xtea(), _base64(),
    _packet_parser(),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_kernel(case: Case) -> None:
    assert faults(case, CASES) == []

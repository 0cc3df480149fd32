"""Codes: checksums, ciphers, shift registers, decoders, against the standard library where it has them."""

import binascii
import hashlib
import random
import zlib

import pytest

from tests.hls.kernels.cases import Case, faults, pack


def octets(count: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(count)


def _crc32() -> Case:
    messages = [b"123456789", octets(40), b"", octets(1)]
    inputs = {"length": [len(one) for one in messages], "data": list(b"".join(messages))}
    steps = sum(len(one) for one in messages)
    return Case("crc32", inputs, {"crc": [zlib.crc32(one) for one in messages]}, [1], steps, fills=9, calls=4)


def _crc16_bitwise() -> Case:
    messages = [octets(40, seed) for seed in (1, 2, 3)]
    words = [int.from_bytes(one[at : at + 4], "big") for one in messages for at in range(0, 40, 4)]
    # 32 bits a step are 32 exclusive ors in a row until something rebalances them bit by bit: three cycles at 200 MHz.
    out = [binascii.crc_hqx(one, 0) for one in messages]
    # 32 steps are sums of bits: at most 16 bits of the remainder come back, four gates deep, beside 32 of the word
    return Case("crc16_bitwise", {"in": words}, {"out": out}, [1], 30, calls=3)


def _sha256() -> Case:
    messages = [b"abc", b"", octets(55)]
    padded = [one + b"\x80" + bytes(55 - len(one)) + (8 * len(one)).to_bytes(8, "big") for one in messages]
    words = [int.from_bytes(one[at : at + 4], "big") for one in padded for at in range(0, 64, 4)]
    digests = [int.from_bytes(hashlib.sha256(one).digest(), "big") for one in messages]
    return Case("sha256", {"message": words}, {"digest": digests}, [2], 3 * 128, fills=6, calls=3)


def _aes_round() -> Case:
    """The first two rounds of FIPS 197's example (appendix B): state after each from the state before and its key."""
    states = [
        "193de3bea0f4e22b9ac68d2ae9f84808",
        "a49c7ff2689f352b6b5bea43026a5049",
        "aa8f5f0361dde3ef82d24ad26832469a",
    ]
    keys = ["a0fafe1788542cb123a339392a6c7605", "f2c295f27a96b9435935807a7359f67f"]
    inputs = {"block": [int(one, 16) for one in states[:2]], "key": [int(one, 16) for one in keys]}
    return Case("aes_round", inputs, {"out": [int(one, 16) for one in states[1:]]}, [1], 2, calls=2)


def _lfsr() -> Case:
    """The sequence s[n] = s[n-16] ^ s[n-14] ^ s[n-13] ^ s[n-11] of output bits, read off the states' lowest bits."""
    seed, states = 0xACE1, []
    state = seed
    for _ in range(100):
        states.append(state)
        state = state // 2 ^ (0xB400 if state % 2 else 0)
    return Case("lfsr", {"seed": [seed]}, {"out": states}, [1], 100, fills=2)


def _run_length_decoder() -> Case:
    source = random.Random(4)
    pairs = [(source.choice([0, 1, 2, 3, 7]), source.randrange(256)) for _ in range(20)]
    out = [value for count, value in pairs for _ in range(count)]
    steps = sum(max(1, count) for count, _ in pairs)
    return Case("run_length_decoder", {"in": [a << 8 | b for a, b in pairs]}, {"out": out}, [1], steps - 1)


def _gf_mul(a: int, b: int) -> int:
    product = 0
    for place in range(8):
        product ^= (a << place) * (b >> place & 1)
    for place in range(14, 7, -1):
        product ^= (0x11D << (place - 8)) * (product >> place & 1)
    return product


def _reed_solomon_syndrome() -> Case:
    symbols = list(octets(60))
    out = []
    for word in (symbols[:30], symbols[30:]):
        found = []
        for power in range(4):
            total = 0
            for symbol in word:
                total = _gf_mul(total, 1 << power) ^ symbol
            found.append(total)
        out.append(pack(found, 8))
    return Case("reed_solomon_syndrome", {"in": symbols}, {"out": out}, [1], 60, calls=2)


CASES = [
    _crc32(), _crc16_bitwise(), _sha256(), _aes_round(), _lfsr(), _run_length_decoder(), _reed_solomon_syndrome(),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_kernel(case: Case) -> None:
    assert faults(case, CASES) == []

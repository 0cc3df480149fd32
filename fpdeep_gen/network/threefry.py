"""Threefry-2x32 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011).

A counter-based generator: the same key and counter give the same words on every machine and in every order.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint32]

ROUNDS = 13
INITIAL_WEIGHTS_STEP = 0xFFFFFFFF
ORDER_LAYER = 0xFFFFFFFF
_ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)
_PARITY = 0x1BD11BDA
_MASK = 0xFFFFFFFF


def threefry2x32(key: tuple[int, int], counter0: Words, counter1: Words, rounds: int = ROUNDS) -> tuple[Words, Words]:
    """Both output words for each counter (counter0[i], counter1[i]) under one key of two 32-bit words."""
    keys = (key[0] & _MASK, key[1] & _MASK, _PARITY ^ (key[0] & _MASK) ^ (key[1] & _MASK))
    x0 = counter0 + np.uint32(keys[0])
    x1 = counter1 + np.uint32(keys[1])
    for done in range(rounds):
        x0 = x0 + x1
        rotation = _ROTATIONS[done % 8]
        x1 = ((x1 << np.uint32(rotation)) | (x1 >> np.uint32(32 - rotation))) ^ x0
        if done % 4 == 3:
            n = (done + 1) // 4
            x0 = x0 + np.uint32(keys[n % 3])
            x1 = x1 + np.uint32((keys[(n + 1) % 3] + n) & _MASK)
    return x0, x1


def random_words(seed: int, step: int, layer: int, count: int) -> Words:
    """First output words for counters (0..count-1, layer) under the key (seed, step): shape [count]."""
    index = np.arange(count, dtype=np.uint32)
    return threefry2x32((seed, step), index, np.full(count, layer, dtype=np.uint32))[0]


def permutation(seed: int, step: int, count: int) -> NDArray[np.int64]:
    """A shuffle of 0..count-1: the indexes in the order of their random words (ties by index)."""
    return np.argsort(random_words(seed, step, ORDER_LAYER, count), kind="stable")

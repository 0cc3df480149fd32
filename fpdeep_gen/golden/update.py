"""SGD with stochastic rounding: bits of a counter-based generator decide, so every plan rounds alike."""

import numpy as np

from fpdeep_gen.golden.rounding import Integers, saturated
from fpdeep_gen.network.model import Format
from fpdeep_gen.network.threefry import Words, random_words


def rounding_words(seed: int, step: int, layer: int, shape: tuple[int, int, int, int]) -> Words:
    """One random word a weight; index ((o * C_in + i) * K_r + kr) * K_c + kc, counter (index, layer)."""
    return random_words(seed, step, layer, int(np.prod(shape))).reshape(shape)


def rounding_offset(words: Words, shift: int) -> Integers:
    """R: words as a fraction of 2^shift, uniform in 0 .. 2^shift - 1."""
    wide = words.astype(np.int64)
    return wide << (shift - 32) if shift >= 32 else wide >> (32 - shift)


def updated(
    weights: Integers, gradient: Integers, learning_rate_raw: int, shift: int, words: Words, target: Format
) -> Integers:
    """saturate(w - ((dw * lr_raw + R) >> S)). `shift` is 1..61, |dw| < 2^45 and lr_raw < 2^16, so int64 holds it."""
    delta = gradient * learning_rate_raw
    return saturated(weights - ((delta + rounding_offset(words, shift)) >> shift), target)

"""How exact sums become stored values: wrap, round, saturate. All values are raw integers (int64)."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.network.model import Format

Integers: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Sums:
    """Sums as an accumulator of finite width holds them. `wraps`: how many of them did not fit it."""

    values: Integers
    wraps: int


def wrapped(exact: Integers, width: int) -> Sums:
    """Exact sums modulo 2^width, as signed numbers of `width` bits."""
    half = np.int64(1) << (width - 1)
    wraps = int(np.count_nonzero((exact < -half) | (exact >= half)))
    return Sums(((exact + half) & ((half << 1) - 1)) - half if wraps else exact, wraps)


def rounded(values: Integers, shift: int) -> Integers:
    """(a + 2^(s-1)) >> s for s > 0: to the nearest, halves up; a for s = 0."""
    if shift == 0:
        return values
    return ((values >> (shift - 1)) + 1) >> 1 if shift < 64 else np.zeros_like(values)


def saturated(values: Integers, target: Format) -> Integers:
    """The nearest values that the format holds."""
    return np.clip(values, target.minimum, target.maximum)


def stored(values: Integers, shift: int, target: Format) -> Integers:
    """saturate(round(values, shift)): a sum takes its storage format. `shift` is not negative."""
    return saturated(rounded(values, shift), target)

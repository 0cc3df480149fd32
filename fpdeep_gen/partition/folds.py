"""The fewest multipliers with which an engine keeps an interval: p_in * p_out * p_tap, ceilings counted.

An engine that uses its multipliers `fold` times for each output position has
`fold = sum over parts of ceil(split / p_split) * ceil(other / p_other) * (taps / p_tap)`, where `split` is the channel
dimension that the share is cut in (in parts where it falls into several groups of a grouped convolution) and `other`
the channel dimension that it has whole.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Integers: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Fold:
    """`split_width` x `other_width` x `p_tap` multipliers, used `fold` times for each output position."""

    split_width: int
    other_width: int
    p_tap: int
    fold: int

    @property
    def multipliers(self) -> int:
        """Multipliers of the engine."""
        return self.split_width * self.other_width * self.p_tap


def tap_widths(kernel_rows: int, kernel_columns: int, by_rows: bool) -> tuple[int, ...]:
    """Values of p_tap: one tap, a kernel row, the whole kernel; `by_rows`: never several kernel rows at a time."""
    widths = {1, kernel_columns} if by_rows else {1, kernel_columns, kernel_rows * kernel_columns}
    return tuple(sorted(widths))


@lru_cache(maxsize=1 << 12)
def split_widths(parts: tuple[int, ...]) -> tuple[int, ...]:
    """Values of p_split that are worth it: with any other a smaller one goes through the parts as often."""
    return tuple(sorted({-(-part // uses) for part in set(parts) for uses in range(1, part + 1)}))


@lru_cache(maxsize=1 << 14)
def _choices(parts: tuple[int, ...], taps: int, widths: tuple[int, ...]) -> tuple[Integers, Integers]:
    """For each useful (p_tap, p_split): their product, and how often a set of `other` channels is gone through."""
    split = np.array(split_widths(parts))
    passes = np.sum([-(-part // split) for part in parts], axis=0)
    products = np.concatenate([split * width for width in widths])
    rounds = np.concatenate([passes * (taps // width) for width in widths])
    return products, rounds


@lru_cache(maxsize=1 << 18)
def fewest(parts: tuple[int, ...], other: int, taps: int, widths: tuple[int, ...], fold: int) -> int:
    """Multipliers of the smallest engine with at most `fold` uses of them; 0 where no engine is fast enough."""
    products, rounds = _choices(parts, taps, widths)
    each = fold // rounds
    able = each > 0
    if not able.any():
        return 0
    needed = products[able] * -(-other // each[able])
    return int(needed.min())


def fewest_of_all(
    parts: tuple[int, ...], other: int, taps: int, widths: tuple[int, ...], folds: Integers, none: int
) -> Integers:
    """`fewest` for each of `folds`; `none` where no engine is fast enough."""
    products, rounds = _choices(parts, taps, widths)
    each = folds[:, None] // rounds
    needed = products * -(-other // np.maximum(each, 1))
    counts: Integers = np.where(each > 0, needed, none).min(axis=1)
    return counts


@lru_cache(maxsize=1 << 16)
def smallest(parts: tuple[int, ...], other: int, taps: int, widths: tuple[int, ...], fold: int) -> Fold:
    """The engine that `fewest` counts; of several the one with the fewest uses, then the widest taps."""
    found: list[tuple[int, int, int, Fold]] = []
    for width in widths:
        for split in split_widths(parts):
            rounds = sum(-(-part // split) for part in parts) * (taps // width)
            each = fold // rounds
            if each == 0:
                continue
            other_width = -(-other // each)
            uses = rounds * -(-other // other_width)
            choice = Fold(split, other_width, width, uses)
            found.append((choice.multipliers, uses, -width, choice))
    return min(found, key=lambda entry: entry[:3])[3]

"""The fewest multipliers with which an engine keeps an interval: p_in * p_out * p_tap, ceilings counted.

An engine that uses its multipliers `fold` times for each output position has
`fold = sum over parts of ceil(split / p_split) * ceil(other / p_other) * (taps / p_tap)`, where `split` is the channel
dimension that the share is cut in (in parts where it falls into several groups of a grouped convolution) and `other`
the channel dimension that it has whole.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Integers: TypeAlias = NDArray[np.int64]

MOST_STAIRS = 1 << 14
"""Engines that are looked at for `fewest` of all uses at once: more than any convolution of a large network has, fewer
than its fully connected layers."""


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


class Stairs:
    """The fewest multipliers of an engine as a function of the uses that they may have: it falls in steps."""

    def __init__(self, parts: tuple[int, ...], other: int, taps: int, widths: tuple[int, ...]) -> None:
        self.choices, self.other = _choices(parts, taps, widths), other
        products, rounds = self.choices
        wide = np.array(split_widths((other,)))
        self.counted = products.size * wide.size <= MOST_STAIRS
        if not self.counted:
            return
        uses = (rounds[:, None] * -(-other // wide)).ravel()
        order = np.argsort(uses, kind="stable")
        counts = np.minimum.accumulate((products[:, None] * wide).ravel()[order])
        fewer = np.concatenate(([True], counts[1:] < counts[:-1]))
        self.uses = uses[order][fewer]
        self.counts = np.concatenate(([0], counts[fewer]))
        self.listed: tuple[list[int], list[int]] = self.uses.tolist(), self.counts.tolist()

    def fewest(self, fold: int) -> int:
        """Multipliers of the smallest engine with at most `fold` uses of them; 0 where no engine is fast enough."""
        if self.counted:
            return self.listed[1][bisect_right(self.listed[0], fold)]
        products, rounds = self.choices
        each = fold // rounds
        able = each > 0
        if not able.any():
            return 0
        return int((products[able] * -(-self.other // each[able])).min())

    def fewest_of_all(self, folds: Integers, none: int) -> Integers:
        """`fewest` for each of `folds`; `none` where no engine is fast enough."""
        if self.counted:
            counts = self.counts[np.searchsorted(self.uses, folds, side="right")]
        else:
            counts = np.array([self.fewest(fold) for fold in folds.tolist()])
        return np.where(counts > 0, counts, none)


stairs_of = lru_cache(maxsize=1 << 13)(Stairs)
"""By `parts`, `other`, `taps` and `widths`."""


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

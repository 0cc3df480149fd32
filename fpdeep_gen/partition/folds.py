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

from fpdeep_gen.board.memory import bram18_count

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


@dataclass(frozen=True)
class Lines:
    """The line buffer of an engine with `channels` channels, those that it has whole: `words` of each (columns times
    rows), of `width` bits, in `banks` where it takes a whole kernel at a time (more than `row` taps). The more of them
    it takes at a time, the worse block RAMs suit: each RAMB18 counts as `worth` multipliers."""

    channels: int
    words: int
    width: int
    banks: int
    row: int
    worth: float

    def cost(self, lanes: int, p_tap: int) -> float:
        """Of `lanes` channels at a time, in multipliers."""
        banks = self.banks if p_tap > self.row else 1
        depth = -(-self.channels // lanes) * -(-self.words // banks)
        return self.worth * banks * bram18_count(lanes * self.width, depth)


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
    """The fewest multipliers of an engine as a function of the uses that they may have: it falls in steps. With
    `lines` those with which multipliers and line buffer cost least."""

    def __init__(
        self, parts: tuple[int, ...], other: int, taps: int, widths: tuple[int, ...], lines: Lines | None = None
    ) -> None:
        self.choices, self.other = _choices(parts, taps, widths), other
        products, rounds = self.choices
        wide = np.array(split_widths((other,)))
        self.counted = lines is not None or products.size * wide.size <= MOST_STAIRS
        if not self.counted:
            return
        uses = (rounds[:, None] * -(-other // wide)).ravel()
        every = (products[:, None] * wide).ravel()
        order = np.argsort(uses, kind="stable") if lines is None else np.lexsort((every, uses))
        costs = every[order].astype(float)
        if lines is not None:
            split = len(split_widths(parts))
            costs += np.repeat([[lines.cost(one, width) for one in wide] for width in widths], split, 0).ravel()[order]
        best = np.minimum.accumulate(costs)
        fewer = np.concatenate(([True], best[1:] < best[:-1]))
        self.uses = uses[order][fewer]
        self.counts = np.concatenate(([0], every[order][fewer]))
        self.listed: tuple[list[int], list[int]] = self.uses.tolist(), self.counts.tolist()
        self.engines = [
            self._engine(int(one), parts, widths, wide) for one in (order[fewer] if lines is not None else ())
        ]

    def _engine(self, number: int, parts: tuple[int, ...], widths: tuple[int, ...], wide: Integers) -> Fold:
        """The engine of that number."""
        split = split_widths(parts)
        first, second = divmod(number, wide.size)
        width = widths[first // len(split)]
        uses = int(self.choices[1][first]) * -(-self.other // int(wide[second]))
        return Fold(split[first % len(split)], int(wide[second]), width, uses)

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
            counts = self.counts[self.uses.searchsorted(folds, side="right")]
        else:
            counts = np.array([self.fewest(fold) for fold in folds.tolist()])
        return np.where(counts > 0, counts, none)


stairs_of = lru_cache(maxsize=1 << 13)(Stairs)
"""By `parts`, `other`, `taps`, `widths` and `lines`."""


@lru_cache(maxsize=1 << 16)
def smallest(
    parts: tuple[int, ...], other: int, taps: int, widths: tuple[int, ...], fold: int, lines: Lines | None = None
) -> Fold:
    """The engine that `fewest` counts; of several the one with the fewest uses, then the widest taps."""
    if lines is not None:
        stairs = stairs_of(parts, other, taps, widths, lines)
        return stairs.engines[bisect_right(stairs.listed[0], fold) - 1]
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

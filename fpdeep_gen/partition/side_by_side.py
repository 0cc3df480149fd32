"""Up to `MOST_ENGINES` engines for one box, each with some of its columns: their folds are finer than one engine's."""

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.partition.folds import Lines, stairs_of

MOST_ENGINES = 4

FEW_COLUMNS = 30
"""Boxes with at most so many columns may be cut up in any way, others in even parts."""

GOOD = 0.985
"""An engine whose multipliers are busy in so many cycles is not cut up further."""

TOO_MANY = 1 << 40
"""More multipliers than any board has."""

WORTH_AN_ENGINE, WORTH_ITS_MEMORY = 0.99, 0.98
"""More engines must save so many of the multipliers, and where memory, which their line buffers take, lacks."""

CERTAIN = 1 - 1e-9
"""Part of a bound in floating point that the bound certainly is not less than."""

Engines: TypeAlias = tuple[int, tuple[int, ...]]
"""Multipliers of all engines, and the columns of each."""


@lru_cache(maxsize=1 << 18)
def side_by_side(
    parts: tuple[int, ...],
    other: int,
    taps: int,
    widths: tuple[int, ...],
    columns: int,
    row: int,
    few: bool = False,
    lines: Lines | None = None,
) -> Engines:
    """Fewest multipliers for `columns` columns of which each row may take `row` cycles; `TOO_MANY` where none are
    enough. The engines' columns are as even as can be, or any where there are few, the wider ones first.
    `few`: engines are dear. `lines`: their line buffers, where these count too."""
    worth = WORTH_ITS_MEMORY if few else WORTH_AN_ENGINE
    good = min(GOOD, worth / CERTAIN)  # no more engines save so much
    least = columns * sum(parts) * other * taps / row if row else TOO_MANY
    best: Engines = (TOO_MANY, (columns,))
    stairs = stairs_of(parts, other, taps, widths, lines)
    for engines in range(1, min(MOST_ENGINES, columns) + 1):
        wide = -(-columns // engines)
        wider = columns - engines * (wide - 1)
        total = wider * stairs.fewest(row // wide)
        if engines > wider and total:
            total += (engines - wider) * stairs.fewest(row // (wide - 1))
        if total and total < best[0] * (1 if engines == 1 else worth):
            best = (total, (wide,) * wider + (wide - 1,) * (engines - wider))
        if best[0] * good <= least:
            return best
    if not 2 < columns <= FEW_COLUMNS:
        return best
    numbers = _up_to(columns)
    alone = stairs.fewest_of_all(row // numbers, TOO_MANY)
    if columns * float((alone / numbers).min()) * CERTAIN >= worth * best[0]:
        return best
    return uneven(best, np.concatenate(([TOO_MANY], alone)), columns, worth)


def uneven(best: Engines, single: NDArray[np.int64], columns: int, worth: float) -> Engines:
    """The best of `best` and of all ways to share out the columns; `single[w]`: multipliers of an engine of w of
    them."""
    low, high = _ways(columns)
    sums = single[low] + single[high]
    pairs = sums.min(axis=1)

    def halves(part: int) -> list[int]:
        half = int(sums[part].argmin()) + 1
        return [half, part - half]

    three, four = (ones[1:columns] + pairs[columns - 1 : 0 : -1] for ones in (single, pairs))
    ways = (
        (int(pairs[columns]), halves(columns)),
        (int(three.min()), [first := int(three.argmin()) + 1, *halves(columns - first)]),
        (int(four.min()), [*halves(first := int(four.argmin()) + 1), *halves(columns - first)]),
    )
    for total, found in ways:
        if total < worth * best[0]:
            best = (total, tuple(sorted(found, reverse=True)))
    return best


@lru_cache(maxsize=FEW_COLUMNS)
def _up_to(columns: int) -> NDArray[np.int64]:
    """Numbers of columns of an engine. Not to be written to."""
    numbers = np.arange(1, columns + 1)
    numbers.flags.writeable = False
    return numbers


@lru_cache(maxsize=FEW_COLUMNS)
def _ways(columns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each number of columns up to `columns` all ways to make it of two; where there is none two zeros."""
    whole, low = np.arange(columns + 1)[:, None], np.arange(1, columns)[None, :]
    return np.where(low < whole, low, 0), np.where(low < whole, whole - low, 0)

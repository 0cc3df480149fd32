"""How much of a stream waits in a FIFO: what has come but not gone, over time.

The bits of a row follow each other evenly from its first to its last (`model.py`), so that what has come and what has
gone grow in straight pieces, and most waits where one of the two changes its pace. All is counted in rows; rows repeat
every `period` cycles.
"""

from functools import lru_cache
from math import ceil
from typing import NamedTuple

import numpy as np

from fpdeep_gen.partition.steps import Times

JUST = 1e-3
"""Cycles before a row is complete: then most waits for it."""


class Pace(NamedTuple):
    """When the first bits of each row come (or go), and when the last ones have."""

    first: Times
    whole: Times


def most_waiting(come: Pace, gone: Pace, period: float, few: float = 0.0) -> float:
    """Rows that have come and not gone, at most; 0 where no row goes more than `few` cycles later than it comes."""
    if (gone.first - come.first).max() <= few and (gone.whole - come.whole).max() <= few:
        return 0.0
    rows = come.first.size
    span = max(float(gone.whole[-1]) - float(come.first[0]), 0.0)
    images = 1 + ceil(span / period)
    came, went = curve(come, images, period, 0), curve(gone, images, period, -images)
    count = _count(rows)
    left = count[1:] - np.interp(come.whole, went[0], went[1])
    held = np.interp(gone.first, came[0], came[1]) - count[:-1]
    return max(0.0, float(left.max()), float(held.max()))


def most_early(come: Pace, there: Times, period: float, few: float = 0.0) -> float:
    """Rows that have come beyond the one that other parts of are waited for, at most; `there`: when rows are complete,
    in order. The row that comes in goes to where it is taken. 0 where no row waits longer than `few` cycles."""
    rows = come.first.size
    if few and (there - come.whole).max() <= few:
        return 0.0
    if np.all(come.first[1:] >= there[:-1]) and come.first[0] + period >= there[-1]:
        return 0.0
    images = 1 + ceil(max(float(there[-1]) - float(come.first[0]), 0.0) / period)
    came = curve(come, images, period, 0)
    ahead = np.interp(there - JUST, came[0], came[1]) - _count(rows)[1:]
    return max(0.0, float(ahead.max()))


def curve(pace: Pace, images: int, period: float, first: int) -> tuple[Times, Times]:
    """Times, and rows that have passed by then, of `images` images and one more from number `first` on."""
    rows = pace.first.size
    numbers, passed = _passed(rows, images, first)
    times = np.empty((images + 1, rows, 2))
    times[:, :, 0] = pace.first
    times[:, :, 1] = pace.whole
    times += numbers * period
    flat = times.reshape(-1)
    np.maximum.accumulate(flat, out=flat)
    return flat, passed


@lru_cache(maxsize=1 << 10)
def _passed(rows: int, images: int, first: int) -> tuple[Times, Times]:
    """Numbers of `images` images and one more from `first` on, and how many rows there are before and after each of
    theirs. Not to be written to."""
    numbers = np.arange(first, first + images + 1, dtype=np.float64)[:, None, None]
    one = np.arange(rows, dtype=np.float64)[:, None] + (0.0, 1.0)
    passed = (numbers * rows + one).reshape(-1)
    numbers.flags.writeable = passed.flags.writeable = False
    return numbers, passed


@lru_cache(maxsize=1 << 10)
def _count(rows: int) -> Times:
    """0, 1, 2 ... up to `rows`. Not to be written to."""
    numbers = np.arange(rows + 1, dtype=np.float64)
    numbers.flags.writeable = False
    return numbers

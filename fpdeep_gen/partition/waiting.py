"""How much of a stream waits in a FIFO: what has come but not gone, over time.

The bits of a row follow each other evenly from its first to its last (`model.py`), so that what has come and what has
gone grow in straight pieces, and most waits where one of the two changes its pace. All is counted in rows; rows repeat
every `period` cycles.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.partition.steps import Counts, Times

Flags: TypeAlias = NDArray[np.bool_]

JUST = 1e-3
"""Cycles before a row is complete: then most waits for it."""

TIE = 1e-6
"""Cycles: a row that is whole as an engine enters a step comes before, whichever way its time was rounded."""


class Pace(NamedTuple):
    """When the first bits of each row come (or go), and when the last ones have."""

    first: Times
    whole: Times


class Crossing(NamedTuple):
    """Rows come and go, of as many images again every `period` cycles; no row waits that goes at most `few` cycles
    later than it comes."""

    come: Pace
    gone: Pace
    period: float
    few: float = 0.0


def most_waiting(crossings: Sequence[Crossing]) -> Times:
    """For each crossing the rows that have come and not gone, at most; 0 where none waits."""
    result = np.zeros(len(crossings))
    for numbers, many in _alike(crossings):
        later = np.maximum((many.gone.first - many.come.first).max(axis=1), many.last_waits.max(axis=1))
        for images, one in _by_images(many, later > many.few, many.gone.whole[:, -1]):
            count = _count(one.come.first.shape[1])
            left = count[1:] - _passed_by(one.come.whole, one.gone, images, one.period, -images)
            held = _passed_by(one.gone.first, one.come, images, one.period, 0) - count[:-1]
            most = np.maximum(left.max(axis=1), held.max(axis=1))
            result[numbers[one.numbers]] = np.maximum(0.0, most)
    return result


def most_early(crossings: Sequence[Crossing]) -> Times:
    """For each crossing the rows that have come beyond the one that other parts of are waited for, at most; `gone`:
    when rows are complete, in order. The row that comes in goes to where it is taken. 0 where no row waits."""
    result = np.zeros(len(crossings))
    for numbers, many in _alike(crossings):
        come, there = many.come, many.gone.whole
        few = (many.few > 0) & (many.last_waits.max(axis=1) <= many.few)
        apart = (come.first[:, 1:] >= there[:, :-1]).all(axis=1)
        apart &= come.first[:, 0] + many.period >= there[:, -1]
        for images, one in _by_images(many, ~(few | apart), there[:, -1]):
            came = _passed_by(one.gone.whole - JUST, one.come, images, one.period, 0)
            ahead = came - _count(there.shape[1])[1:]
            result[numbers[one.numbers]] = np.maximum(0.0, ahead.max(axis=1))
    return result


def most_ahead(crossings: Sequence[Crossing]) -> Times:
    """For each crossing the rows that have come, one that comes in counted by its bits, beyond those before the one
    that goes, at most; `gone`: when rows go, at once."""
    result = np.ones(len(crossings))
    for numbers, many in _alike(crossings):
        waits = (many.last_waits != 0).any(axis=1)
        for images, one in _by_images(many, waits, many.gone.whole[:, -1]):
            came = _passed_by(one.gone.whole + TIE, one.come, images, one.period, 0)
            result[numbers[one.numbers]] = (came - _count(one.come.whole.shape[1])[:-1]).max(axis=1)
    return result


@dataclass(frozen=True)
class _Many:
    """Crossings of as many rows each: `come`, `gone` crossings x rows, and each one's number."""

    numbers: Counts
    come: Pace
    gone: Pace
    period: Times
    few: Times

    @property
    def last_waits(self) -> Times:
        """For how long the last bits of rows wait."""
        return self.gone.whole - self.come.whole

    def some(self, which: Counts) -> "_Many":
        """Those of them, by place."""
        come, gone = (Pace(pace.first[which], pace.whole[which]) for pace in (self.come, self.gone))
        return _Many(which, come, gone, self.period[which], self.few[which])


def _alike(crossings: Sequence[Crossing]) -> Iterator[tuple[Counts, _Many]]:
    """Crossings with equal numbers of rows together, and their numbers."""
    by_rows: dict[int, list[int]] = {}
    for number, one in enumerate(crossings):
        by_rows.setdefault(one.come.first.size, []).append(number)
    for found in by_rows.values():
        comes, goes, period, few = zip(*(crossings[number] for number in found), strict=True)
        come, gone = (Pace(*(_rows(times) for times in zip(*paces, strict=True))) for paces in (comes, goes))
        numbers = np.array(found)
        yield numbers, _Many(np.arange(numbers.size), come, gone, np.array(period, float), np.array(few, float))


def _rows(times: Sequence[Times]) -> Times:
    """Equally many times each, as rows."""
    return np.concatenate(times).reshape(len(times), -1)


def _by_images(many: _Many, which: Flags, last: Times) -> Iterator[tuple[int, _Many]]:
    """Those that wait, with how many images are under way between the first bits that come and the `last` ones that
    go."""
    at = np.flatnonzero(which)
    span = np.maximum(last[at] - many.come.first[at, 0], 0.0)
    images = 1 + np.ceil(span / many.period[at]).astype(np.int64)
    for count in np.unique(images).tolist():
        yield count, many.some(at[images == count])


def _passed_by(at: Times, pace: Pace, images: int, period: Times, first: int) -> Times:
    """Rows that have passed `at` some times (crossings x times) of `images` images and one more from number `first`
    on."""
    crossings, rows = pace.first.shape
    numbers, passed = _passed(rows, images, first)
    times = np.empty((crossings, images + 1, rows, 2))
    times[..., 0] = pace.first[:, None]
    times[..., 1] = pace.whole[:, None]
    times += numbers * period[:, None, None, None]
    flat = times.reshape(crossings, -1)
    np.maximum.accumulate(flat, axis=1, out=flat)
    return _interpolated(at, flat, passed)


def _interpolated(at: Times, times: Times, values: Times) -> Times:
    """What `np.interp` gives of each row of `at` and of `times`. Complex numbers are in order of their real parts,
    here the rows' numbers, then of the others, so that all rows are looked up at once."""
    row, size = np.arange(len(times))[:, None], values.size
    places = np.searchsorted(_numbered(row, times).ravel(), _numbered(row, at).ravel(), side="right")
    before = places.reshape(at.shape) - size * row - 1
    begin, end = np.maximum(before, 0), np.minimum(before + 1, size - 1)
    since = times[row, begin]
    long = times[row, end] - since
    slope = np.divide(values[end] - values[begin], long, out=np.zeros_like(at), where=end > begin)
    found: Times = slope * (at - since) + values[begin]
    return found


def _numbered(row: Counts, times: Times) -> NDArray[np.complex128]:
    numbered = np.empty(times.shape, np.complex128)
    numbered.real, numbered.imag = row, times
    return numbered


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

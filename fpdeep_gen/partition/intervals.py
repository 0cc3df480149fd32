"""The shortest interval at which all convolutions fit, in steps above the bound."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from fpdeep_gen.partition.family import Scheme
from fpdeep_gen.partition.fill import Room

LEFT = 0.951
"""Part of the bound that is left where something else is worth a longer interval: faster fully connected engines, more
even boards."""

STEP = 0.001
"""Steps of the intervals that are tried, in parts of the bound."""

MOST_STEPS, GROWING = 300_000, 16
"""Longest interval tried; steps grow by one part in so many of what is added to the bound."""

FIRST, LEAST = 26, 6
"""Steps above the bound that are tried first, and least steps to which is gone down evenly."""

COARSE = 4
"""Steps at a time until one fits."""


@dataclass(frozen=True)
class Filled:
    """Convolutions' multipliers at an interval, `number` steps above the bound, on boards that had `room` and were
    filled with a scheme."""

    interval: int
    number: int
    scheme: Scheme
    room: Room
    multipliers: int


Attempt: TypeAlias = Callable[[int], Filled | None]


def shortest(attempt: Attempt, begin: int, work: float, most: float) -> Filled | None:
    """The shortest interval at which all convolutions fit: steps down from `begin` until one does not, or up until
    one does, then back in finer steps."""
    low, high = -1, begin
    found = attempt(high)
    while found is not None and high - _coarse(high) >= LEAST:
        lower = high - _coarse(high)
        better = attempt(lower)
        if better is None:
            low = lower
            break
        high, found = lower, better
    while found is None and high < MOST_STEPS:
        low, high = high, high + _coarse(high)
        if work * (1 + low * STEP) > most:
            return None
        found = attempt(high)
    while found is not None and high - low > 1:
        middle = high - 1 if high - low <= COARSE else (low + high) // 2
        better = attempt(middle)
        if better is not None:
            high, found = middle, better
        elif middle == high - 1:
            break
        else:
            low = middle
    return None if found is None or found.interval > most else found


def _coarse(number: int) -> int:
    """Steps at a time at `number` steps above the bound."""
    return max(COARSE, number // GROWING)

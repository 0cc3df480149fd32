"""Engines of fully connected layers that work on several phases in turn, the most urgent first (`model.py`).

A phase sees of such an engine only the cycles that more urgent phases leave, which are the same in every interval of
the full pipeline. Counted in those cycles it works as an engine of its own does, so that times are still the greatest
of others plus constants.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fpdeep_gen.partition.crews import Crew, Ran
from fpdeep_gen.partition.shared_gradients import SharedGradients
from fpdeep_gen.partition.steps import Rows, Times

JUST = 1e-6
"""Cycles by which something may be off, as times are in floating point."""


@dataclass(frozen=True)
class Idle:
    """Cycles of an engine that more urgent phases leave in the full pipeline. `at`: times from 0 to an interval, in
    order; `idle`: idle cycles from 0 until then. Between two times all cycles are idle or none is."""

    at: Times
    idle: Times

    @property
    def period(self) -> float:
        """Idle cycles of an interval."""
        return float(self.idle[-1])

    def until(self, times: Times) -> Times:
        """Idle cycles from 0 until `times` (less than nothing for times before 0)."""
        whole, rest = np.divmod(times, self.at[-1])
        counted: Times = whole * self.period + np.interp(rest, self.at, self.idle)
        return counted

    def when(self, cycles: Times) -> Times:
        """The first times until which there are so many idle cycles from 0."""
        cycles = cycles - JUST
        whole = np.ceil(cycles / self.period) - 1
        rest = cycles - whole * self.period
        after = np.minimum(np.maximum(self.idle.searchsorted(rest), 1), self.idle.size - 1)
        times: Times = whole * self.at[-1] + self.at[after] - (self.idle[after] - rest) + JUST
        return times

    def without(self, begins: Times, cycles: float) -> "Idle":
        """What is left by steps of `cycles` idle cycles each that begin after so many of them, in order, and again in
        every interval."""
        apart = np.concatenate(([True], begins[1:] > begins[:-1] + cycles + JUST))
        first = begins[apart]
        last = np.concatenate((begins[:-1][apart[1:]], begins[-1:])) + cycles
        edges = np.concatenate((first, last)) % self.period
        at = np.sort(np.concatenate((self.at, self.when(edges) % self.at[-1])))
        at = at[np.concatenate(([True], at[1:] > at[:-1]))]
        return Idle(at, _rest(self.until(at), first, last, self.period))


def _rest(cycles: Times, first: Times, last: Times, period: float) -> Times:
    """Of the idle cycles from 0 until `cycles` those that are not in first..last, which come again every `period`."""
    since, length = (cycles[:, None] - first) / period, last - first
    whole = np.floor(since)
    taken = whole * length + np.minimum((since - whole) * period, length)
    left: Times = cycles - (taken - taken[:1]).sum(axis=1)
    return np.maximum.accumulate(left)


def always(interval: float) -> Idle:
    """Of an engine that has nothing else to do."""
    both = np.array([0.0, interval])
    return Idle(both, both)


def run_in_turn(crew: Crew, there: Rows, idle: Mapping[int, Idle]) -> tuple[Ran, dict[int, Idle], Rows]:
    """A phase of engines that are `idle` so much, by board: when an image's steps end, what is left for less urgent
    phases, and after how many idle cycles steps begin. `there`: when rows come."""
    begin, firsts, ends = float("inf"), Rows(), Rows()
    left: dict[int, Idle] = {}
    begun = Rows()
    for squad in crew.squads:
        work, steps = squad.work, squad.work.needed.size
        each = zip(squad.boards, squad.cycles[:, 0].tolist(), squad.ahead[:, 0].tolist(), strict=True)
        for board, cycles, ahead in each:
            mine = idle[board]
            come = np.concatenate(([-np.inf], there[board]))
            counted = np.concatenate(([-np.inf], mine.until(there[board])))
            worked = cycles * np.arange(1, steps + 1)
            least = np.maximum(counted[work.early] + cycles, counted[work.needed] + cycles * work.tail)
            ended = np.maximum.accumulate(least - worked) + worked
            before = ended[-1] - mine.period
            ended = np.maximum(ended, before + worked)
            begins = np.maximum(counted[work.early], np.concatenate(([before], ended[:-1])))
            ends[board] = np.maximum.accumulate(np.maximum(mine.when(ended), come[work.needed]))
            firsts[board] = np.minimum(mine.when(ended - ahead), ends[board]) if ahead else ends[board]
            begin = min(begin, float(mine.when(begins[:1] + 2 * JUST)[0]))
            left[board], begun[board] = mine.without(begins, cycles), begins
    return Ran(begin, firsts, ends, firsts, ()), left, begun


def behind_a_turn(time: float, begins: Times, cycles: float, interval: float) -> float:
    """When the step of the most urgent phase ends that is under way at `time`, or just begins; the same time where
    there is none. Steps of `cycles` each begin at `begins`, and again in every interval."""
    since = (time + JUST - begins) % interval - JUST
    return time + max(0.0, cycles - float(since.min()))


def gradients_in_turn(
    batch: int, gradients: int, cycles: float, errors: Times, idle: Idle, through: float
) -> tuple[float, float]:
    """`SharedGradients.ends` of an engine that is only `idle` so much, `gradients` images at a time. Behind a batch's
    last image it has nothing else to do once it is `through` with the backward phase, also where gradients of images
    before the last are not added yet."""
    counted, own, interval = idle.until(errors), float(errors[-1]), float(idle.at[-1])
    shared = SharedGradients(idle.period, batch, 1, gradients, cycles)
    last = max(through, own)
    free = float(idle.until(np.array(last)))

    def ended(cycles: float) -> float:
        """When the engine has had so many idle cycles, from the last image's first pixel."""
        return last + cycles - free if cycles > free else float(idle.when(np.array(cycles)))

    if shared.each:
        end, _ = shared.ends(counted, counted)
        return max(float(idle.when(np.array(end))), own), max(ended(end), own)
    latest = drain = 0.0
    for group in shared.groups(counted, counted):
        behind = batch - 1 - group.first
        came = own + (group.count - 1 - behind) * interval
        drain = max(ended(group.end - (batch - 1) * idle.period), came)
        latest = max(latest, drain + behind * interval)
    return latest, drain

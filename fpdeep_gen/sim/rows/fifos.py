"""FIFOs of a simulated plan: what goes in and out of each, the sender that waits for room, and what was held."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.partition.model import Carried, Waits
from fpdeep_gen.sim.rows.events import Counter, Events, Steps
from fpdeep_gen.sim.rows.streams import Output, Source

Place: TypeAlias = tuple[int, Carried, int, Waits]
"""Board, tensor, and where on the board."""

Numbers: TypeAlias = NDArray[np.float64]


JUST = 1e-3
"""Cycles before something happens."""


TIE = 1e-6
"""Cycles: what goes as it comes does not wait, and what goes as something else comes makes room for it, whichever way
times are rounded."""


@dataclass
class Landing:
    """Rows complete on a board: how many, and when each was."""

    counter: Counter
    times: list[float] = field(default_factory=list)

    def lands(self, events: Events) -> None:
        """A row is complete, now."""
        self.times.append(events.now)
        events.count(self.counter)


@dataclass(frozen=True)
class Sent:
    """Rows that leave: `output` tells of them `latency` cycles later; a row takes `cycles` or more."""

    output: Output
    latency: float
    cycles: float = 0.0


class Fifo:
    """Rows of a tensor wait here until they are sent and have landed. `before[k]`: bits of the rows before row k, of
    all images; `room`: bits that it holds. `come`: what tells when rows come, row by row, for a FIFO behind a link;
    for one of engines' results `made` is. `waited`: cycles by which rows took longer for want of room."""

    def __init__(self, place: Place, room: float, row_bits: float, rows: int, sizes: Sequence[int]) -> None:
        self.place, self.room, self.rows = place, room, rows
        self.before = [0.0]
        for size in sizes:
            for _ in range(rows):
                self.before.append(self.before[-1] + size * row_bits)
        self.sent: list[Sent] = []
        self.landing: Landing | None = None
        self.come: Output | None = None
        self.made: list[Source] = []
        self.waited = self.ends = 0.0

    def wait(self, row: int, begin: float, end: float, size: int) -> Steps:
        """Waits until it is known when row `row`, which would come from `begin` to `end`, finds room. The answer is in
        `ends`."""
        self.ends = end
        position = self.before[row + 1] - self.room
        if position <= 0:
            return
        which = bisect_left(self.before, position) - 1
        part = (position - self.before[which]) / (self.before[which + 1] - self.before[which])
        for sent in self.sent:
            output = sent.output
            if output.begun.count <= which:
                yield output.begun, which + 1
            first = output.begins[which] - sent.latency
            if which < row:
                if output.known.count <= which:
                    yield output.known, which + 1
                last = output.ends[which] - sent.latency
            else:
                last = first + size * sent.cycles
            self.ends = max(self.ends, first + part * (last - first))
        if self.landing is not None and which > 0:
            if self.landing.counter.count < which:
                yield self.landing.counter, which
            self.ends = max(self.ends, self.landing.times[which - 1])
        self.waited += self.ends - end

    def greatest(self) -> float:
        """The most bits that waited at a time. Rows that had not come when all stood still are not counted."""
        first, last = self.come_times()
        rows = first.size
        before = np.array(self.before)
        most = 0.0
        for sent in self.sent:
            count = min(rows, len(sent.output.ends))
            begin = np.array(sent.output.begins[:count]) - sent.latency
            end = np.array(sent.output.ends[:count]) - sent.latency
            if count:
                held = before[1 : count + 1] - np.interp(last[:count] + TIE, *curve(begin, end, before))
                ahead = np.interp(begin - TIE, *curve(first, last, before)) - before[:count]
                most = max(most, float(held.max()), float(ahead.max()))
        if self.landing is not None:
            count = min(rows, len(self.landing.times))
            if count:
                times = np.array(self.landing.times[:count])
                ahead = np.interp(times - JUST, *curve(first, last, before)) - before[1 : count + 1]
                most = max(most, float(ahead.max()))
        return most

    def come_times(self) -> tuple[Numbers, Numbers]:
        """When the first bits of each row come, and the last."""
        if self.come is not None:
            count = len(self.come.ends)
            return np.array(self.come.begins[:count]), np.array(self.come.ends)
        return made_rows(self.made, self.rows)


def made_rows(sources: Sequence[Source], rows: int) -> tuple[Numbers, Numbers]:
    """When the first bits of rows are there, from any of the sources, and when the last ones are."""
    firsts, lasts = [], []
    for source in sources:
        groups = len(source.output.ends) // source.steps
        index = (np.arange(groups)[:, None] * source.steps + np.array(source.needed) - 1).ravel()
        firsts.append(np.array(source.output.begins)[index])
        lasts.append(np.array(source.output.ends)[index])
    count = min(len(times) for times in lasts) // rows * rows
    return (
        np.minimum.reduce([times[:count] for times in firsts]),
        np.maximum.reduce([times[:count] for times in lasts]),
    )


def curve(first: Numbers, last: Numbers, before: Numbers) -> tuple[Numbers, Numbers]:
    """Times, and bits that have passed by then: those of a row evenly from its first to its last."""
    times = np.maximum.accumulate(np.stack([first, last], axis=1).ravel())
    bits = np.stack([before[: first.size], before[1 : first.size + 1]], axis=1).ravel()
    return times, bits

"""Links: what each stream of the plan carries a row, and how streams share the rate of a link."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fpdeep_gen.partition.model import BalancedPlan, Carried
from fpdeep_gen.sim.rows.events import Events, Steps

MOVED = (Carried.FEATURE, Carried.ERROR, Carried.PARTIAL)


class Output:
    """What something makes, step after step: `begun` counts steps of which the first bits are there or will be at
    `begins`, and which end at `ends`; `made` counts those that have ended."""

    def __init__(self, events: Events, name: str) -> None:
        self.begun = events.counter(f"{name}, begun")
        self.made = events.counter(name)
        self.begins: list[float] = []
        self.ends: list[float] = []

    def at_once(self, events: Events, steps: int = 1) -> None:
        """Steps that begin and end now."""
        self.begins += [events.now] * steps
        self.ends += [events.now] * steps
        events.count(self.begun, steps)
        events.count(self.made, steps)


@dataclass(frozen=True)
class Source:
    """Where rows come from: row r of group n is there after n * `steps` + needed[r] steps."""

    output: Output
    steps: int
    needed: tuple[int, ...]


@dataclass(frozen=True)
class Passage:
    """Rows that arrive over a link: `output` says when; `goes_on`, `taken`: whether another link carries them on, and
    whether the board takes them."""

    output: Output
    goes_on: bool
    taken: bool


StreamKey: TypeAlias = tuple[Carried, int, bool, int]
"""What, of which tensor, whether upwards, over which link."""


@dataclass
class Stream:
    """A stream of the plan over one link: bits of an image, and bits a cycle. `sent`: bits so far."""

    bits: int
    rate: float
    sent: float = 0.0


def streams_of(plan: BalancedPlan) -> dict[StreamKey, Stream]:
    """All streams; labels and results are left out."""
    return {
        (load.carried, load.tensor, upwards, link.index): Stream(load.bits, load.bits_per_cycle)
        for link in plan.links
        for upwards, loads in ((True, link.up), (False, link.down))
        for load in loads
        if load.carried in MOVED
    }


def carry(
    events: Events,
    stream: Stream,
    latency: float,
    sources: list[Source],
    after: Passage,
    rows: int,
    sizes: Sequence[int],
) -> Steps:
    """Sends all rows of `sizes` images at a time: what the sending board makes itself and what comes over the link
    before. Nothing else is on the stream's part of the link, so a row is reckoned as soon as its begin is known."""
    free = 0.0
    begins, ends = after.output.begins, after.output.ends
    for group, size in enumerate(sizes):
        cycles = size * stream.bits / rows / stream.rate
        for row in range(rows):
            begin, whole = free, 0.0
            for source in sources:
                place = group * source.steps + source.needed[row]
                if source.output.begun.count < place:
                    yield source.output.begun, place
                begin = max(begin, source.output.begins[place - 1])
                whole = max(whole, source.output.ends[place - 1])
            free = max(begin + cycles, whole)
            if after.goes_on:
                begins.append(begin + latency)
                ends.append(free + latency)
                events.count(after.output.begun)
            if after.taken:
                events.count_at(free + latency, after.output.made)
        stream.sent += size * stream.bits


def wait(sources: list[Source], group: int, row: int) -> Steps:
    """Waits for a row of all sources."""
    for source in sources:
        needed = group * source.steps + source.needed[row]
        if source.output.made.count < needed:
            yield source.output.made, needed

"""What each stream of the plan carries, and what its rows come from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from fpdeep_gen.partition.model import BalancedPlan, Carried
from fpdeep_gen.sim.rows.events import Events, Steps

if TYPE_CHECKING:
    from fpdeep_gen.sim.rows.fifos import Fifo

MOVED = (Carried.FEATURE, Carried.ERROR, Carried.PARTIAL, Carried.SUM)


class Output:
    """What something makes, step after step: `begun` counts steps of which the first bits are there or will be at
    `begins`, `known` those of which the end is known too, at `ends` (`later`: not always at once); `made` counts those
    that have ended."""

    def __init__(self, events: Events, name: str, later: bool = False) -> None:
        self.begun = events.counter(f"{name}, begun")
        self.known = events.counter(f"{name}, on its way") if later else self.begun
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
    """Where rows come from: row r of group n is there after n * `steps` + needed[r] steps. `fifo`: they wait there."""

    output: Output
    steps: int
    needed: tuple[int, ...]
    fifo: "Fifo | None" = None


@dataclass(frozen=True)
class Passage:
    """Rows that arrive over a link: `output` says when; `taken`: whether the board takes them."""

    output: Output
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


def wait(sources: list[Source], group: int, row: int) -> Steps:
    """Waits for a row of all sources."""
    for source in sources:
        needed = group * source.steps + source.needed[row]
        if source.output.made.count < needed:
            yield source.output.made, needed

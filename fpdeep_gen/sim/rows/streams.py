"""Links: what each stream of the plan carries a row, and how streams share the rate of a link."""

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TypeAlias

from fpdeep_gen.partition.model import BalancedPlan, Carried
from fpdeep_gen.sim.rows.events import Counter, Events, Steps

MOVED = (Carried.FEATURE, Carried.ERROR, Carried.PARTIAL)


@dataclass(frozen=True)
class Source:
    """Where rows come from: row r of image n is there when `counter` has reached n * `steps` + needed[r]."""

    counter: Counter
    steps: int
    needed: tuple[int, ...]


@dataclass(frozen=True)
class Passage:
    """Rows that arrive over a link: `begun` counts those whose first bits are there, `arrived` those that are there
    whole, `ends` says when each begun row will be (taken off by the link that carries it on)."""

    begun: Counter
    arrived: Counter
    ends: deque[float]


StreamKey: TypeAlias = tuple[Carried, int, bool, int]
"""What, of which tensor, whether upwards, over which link."""


def stream_bits(plan: BalancedPlan) -> dict[StreamKey, int]:
    """Bits of an image of every stream; labels and results are left out."""
    bits: dict[StreamKey, int] = defaultdict(int)
    for link in plan.links:
        for upwards, loads in ((True, link.up), (False, link.down)):
            for load in loads:
                if load.carried in MOVED and load.bits:
                    bits[load.carried, load.tensor, upwards, link.index] += load.bits
    return dict(bits)


class Direction:
    """One direction of a link: what comes first goes first."""

    def __init__(self, rate: float, latency: float) -> None:
        self.rate = rate
        self.latency = latency
        self.free = 0.0
        self.busy = 0.0

    def send(self, now: float, last: float, bits: float) -> float:
        """Sends bits of which the first are there now and the last at `last`; when they are all out."""
        cycles = bits / self.rate
        self.busy += cycles
        self.free = max(self.free, now) + cycles
        return max(self.free, last)


def carry(
    events: Events,
    direction: Direction,
    own: list[Source],
    before: Passage | None,
    bits: float,
    after: Passage,
    rows: int,
    images: int,
) -> Steps:
    """Sends all rows: those that the sending board makes itself (`own`, whole) or that stream in from the link before;
    with both, they are added bit by bit."""
    cycles = bits / direction.rate
    for image in range(images):
        for row in range(rows):
            yield from wait(own, image, row)
            last = 0.0
            if before is not None:
                if before.begun.count <= image * rows + row:
                    yield before.begun, image * rows + row + 1
                last = before.ends.popleft()
            end = direction.send(events.now, last, bits) + direction.latency
            after.ends.append(end)
            events.count_at(end - cycles, after.begun)
            events.count_at(end, after.arrived)


def wait(sources: list[Source], image: int, row: int) -> Steps:
    """Waits for a row of all sources."""
    for source in sources:
        needed = image * source.steps + source.needed[row]
        if source.counter.count < needed:
            yield source.counter, needed

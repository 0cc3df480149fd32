"""What a simulation of a balanced plan finds."""

from dataclasses import dataclass

from fpdeep_gen.partition.model import Carried, Phase, Waits
from fpdeep_gen.sim.rows.events import Blocked


@dataclass(frozen=True)
class CacheOccupancy:
    """The most rows that a cache held at a time with the one that was coming in, of `rows` that it has room for.
    `waited`: cycles in which a row that had arrived waited for room, over all images."""

    layer: int
    board: int
    rows: int
    greatest: int
    waited: float


@dataclass(frozen=True)
class WinnersOccupancy:
    """The most rows of the places of windows' winners of a tensor that a board kept at a time with the one that was
    coming in, of `rows` that it has room for."""

    tensor: int
    board: int
    rows: int
    greatest: int


@dataclass(frozen=True)
class FifoOccupancy:
    """The most bits of a tensor that waited at a place of a board, of `bits` that are planned. `waited`: cycles by
    which rows took longer on the link before it for want of room."""

    board: int
    carried: Carried
    tensor: int
    waits: Waits
    bits: int
    greatest: float
    waited: float

    def __str__(self) -> str:
        return f"FIFO of tensor {self.tensor}'s {self.carried.value}s ({self.waits.value}) on board {self.board}"


@dataclass(frozen=True)
class EngineLoad:
    """Part of the whole simulated time in which the engine worked."""

    layer: int
    board: int
    phase: Phase
    busy: float


@dataclass(frozen=True)
class Span:
    """When the first engine of a phase of a layer began with image `image` (or was free to, where it works on the words
    of a vector as they come), and when the last one ended."""

    layer: int
    phase: Phase
    image: int
    begin: float
    end: float


@dataclass(frozen=True)
class LinkBusy:
    """Part of the whole simulated time in which each direction of link `index` carried something."""

    index: int
    up: float
    down: float


@dataclass(frozen=True)
class Deadlock:
    """Where everything stood still: full caches first, then all else that waited. `time`: of the last event."""

    time: float
    full: tuple[Blocked, ...]
    others: tuple[Blocked, ...]

    def __str__(self) -> str:
        shown = [f"{one.process} waits for {one.counter} ({one.count} of {one.needed})" for one in self.full]
        shown += [f"{one.process} waits for {one.counter} ({one.count} of {one.needed})" for one in self.others[:10]]
        return f"nothing moves after {self.time:.0f} cycles: " + "; ".join(shown)


@dataclass(frozen=True)
class UpdateWait:
    """An engine waited for updated weights; in cycles after the first pixel of the image it waited with."""

    layer: int
    phase: Phase
    begin: float
    end: float


@dataclass(frozen=True)
class Simulated:
    """All times in cycles. `started`: when each image's first pixel came; `done`: when its last gradient was added
    (both shorter than the images asked for after a deadlock); `batch`: images of a batch; `interval`: between two of
    them (`pace.py`)."""

    started: tuple[float, ...]
    done: tuple[float, ...]
    batch: int
    interval: float
    update_waits: tuple[UpdateWait, ...]
    caches: tuple[CacheOccupancy, ...]
    fifos: tuple[FifoOccupancy, ...]
    winners: tuple[WinnersOccupancy, ...]
    engines: tuple[EngineLoad, ...]
    links: tuple[LinkBusy, ...]
    spans: tuple[Span, ...]
    deadlock: Deadlock | None

    @property
    def latency(self) -> float:
        """First pixel in to last gradient added: the longest of the first batch."""
        return max(end - begin for begin, end in zip(self.started, self.done[: self.batch], strict=False))

    @property
    def batch_cycles(self) -> float:
        """From the first batch's first pixel to the second's, and as much longer as that image takes for waiting."""
        times = [self.done[image] - self.started[image] for image in (0, self.batch)]
        return self.started[self.batch] - self.started[0] + max(0.0, times[1] - times[0])

"""What a simulation of a balanced plan finds."""

from dataclasses import dataclass

from fpdeep_gen.partition.model import Phase
from fpdeep_gen.sim.rows.events import Blocked


@dataclass(frozen=True)
class CacheOccupancy:
    """The most rows that a cache held at a time, of `rows` that it has room for; `waited`: cycles in which a row that
    had arrived waited for room, over all images."""

    layer: int
    board: int
    rows: int
    greatest: int
    waited: float


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
class Simulated:
    """All times in cycles. `started`: when each image's first pixel came; `done`: when its last gradient was added
    (both shorter than the images asked for after a deadlock). `update_wait`: cycles that engines waited for updated
    weights, added up over engines."""

    started: tuple[float, ...]
    done: tuple[float, ...]
    update_wait: float
    caches: tuple[CacheOccupancy, ...]
    engines: tuple[EngineLoad, ...]
    links: tuple[LinkBusy, ...]
    spans: tuple[Span, ...]
    deadlock: Deadlock | None

    @property
    def interval(self) -> float:
        """Between the last gradients of two images, over the last quarter of the images (the first ones fill the
        pipeline and then come up to its steady state)."""
        first = len(self.done) - 1 - max(1, len(self.done) // 4)
        return (self.done[-1] - self.done[first]) / (len(self.done) - 1 - first)

    @property
    def latency(self) -> float:
        """First pixel in to last gradient added, of the last image."""
        return self.done[-1] - self.started[-1]

"""Places in the source, what is said of them, and what is known of its loops: how often they go round."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the user's C++, carried into warnings, reports and comments of the RTL. Lines count from 1."""

    file: Path
    line: int
    column: int = 0


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something that was not honoured, e.g. a pragma."""

    location: Location | None
    text: str


@dataclass(frozen=True, slots=True)
class Count:
    """A number of iterations or cycles that may differ from time to time."""

    least: int
    most: int
    average: float


@dataclass(frozen=True, slots=True)
class LoopTrips:
    """A loop of the source that begins with a region. `count`: iterations each time it is entered, None: not known.

    `tests_first`: its condition stands before its body, so that its head is reached once more than its body.
    """

    name: str
    location: Location | None
    count: Count | None
    tests_first: bool


@dataclass(frozen=True, slots=True)
class Automatic:
    """A loop that is pipelined without PIPELINE if that is faster. `nest`: it and what it is joined with, from the
    outermost on; none: a function without loops, which starts again for ever; `held`: why it may not be, empty: it may.
    """

    nest: tuple[LoopTrips, ...]
    held: str = ""

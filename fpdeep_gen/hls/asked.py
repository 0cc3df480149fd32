"""What pragmas ask of operators and of schedules, by where it holds in the source."""

from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.hls.kinds import BinaryKind, Implementation
from fpdeep_gen.hls.loops import Location


@dataclass(frozen=True, slots=True)
class Binding:
    """What BIND_OP says of the operators `kind` in the statements that set a variable; None: nothing.

    `stages`: a result comes at least that many later. `file` (resolved) and `lines`: where the statements stand.
    """

    kind: BinaryKind
    implementation: Implementation | None
    stages: int | None
    file: Path
    lines: frozenset[int]
    variable: str
    location: Location  # of the pragma

    def is_of(self, kind: BinaryKind, place: Location | None) -> bool:
        """Whether it speaks of an operator that comes from this place."""
        found = place is not None and kind is self.kind and place.line in self.lines
        return found and place is not None and place.file.resolve() == self.file


@dataclass(frozen=True, slots=True)
class LatencyBound:
    """What LATENCY asks, in cycles (None: nothing): of an iteration of the loop that begins at `begin`, or of the
    function `name`, whose name stands there. `location`: of the pragma."""

    least: int | None
    most: int | None
    is_loop: bool
    name: str
    begin: Location  # its file is resolved
    location: Location

    def is_of(self, name: str, place: Location | None) -> bool:
        """Whether it speaks of the process of this name, or of the loop or process at this place."""
        if not self.is_loop and name == self.name:
            return True
        return place is not None and (place.file.resolve(), place.line) == (self.begin.file, self.begin.line)

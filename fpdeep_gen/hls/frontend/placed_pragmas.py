"""Pragmas that are read from preprocessed text, by where they stand in it, rather than as calls of markers."""

import re
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.hls.frontend.directives import Lines
from fpdeep_gen.hls.frontend.enclosing import blanked
from fpdeep_gen.hls.frontend.pragma_kinds import Pragma
from fpdeep_gen.hls.frontend.pragmas import parse
from fpdeep_gen.hls.ir import Diagnostic, Location


@dataclass(frozen=True, slots=True)
class PlacedPragma:
    """`at`: where its line begins; `written`: its text in the source."""

    pragma: Pragma
    written: str
    at: int
    location: Location

    def ignored(self, why: str) -> Diagnostic:
        """What is said where it does nothing."""
        return Diagnostic(self.location, f"pragma HLS {self.written}: ignored; {why}")


@dataclass(frozen=True, slots=True)
class PlacedPragmas:
    """All of one kind; `text`: the source without strings and pragmas, every place where it was."""

    found: tuple[PlacedPragma, ...]
    text: str
    lines: Lines

    def location(self, at: int) -> Location:
        """The line of a place, in a file that is resolved."""
        file, line = self.lines.of(at)
        return Location(Path(file).resolve(), line)


def placed_pragmas(preprocessed: str, kind: str) -> PlacedPragmas:
    """Where there are none, nothing else is looked at."""
    line = re.compile(rf"^[ \t]*#\s*pragma\s+HLS\s+({kind}\b.*?)\s*$", re.IGNORECASE | re.MULTILINE)
    matches = list(line.finditer(preprocessed))
    if not matches:
        return PlacedPragmas((), "", Lines(""))
    lines = Lines(preprocessed)
    found = []
    for match in matches:
        file, number = lines.of(match.start(1))
        place = Location(Path(file), number, match.start() - preprocessed.rfind("\n", 0, match.start()))
        found.append(PlacedPragma(parse(match[1]), match[1], match.start(), place))
    return PlacedPragmas(tuple(found), blanked(preprocessed), lines)

"""What LATENCY asks of a loop's iteration or of a function, found by where it stands in the source."""

import re
from collections.abc import Sequence
from pathlib import Path

from fpdeep_gen.hls.frontend.directives import Lines
from fpdeep_gen.hls.frontend.enclosing import Owner, blanked, owner
from fpdeep_gen.hls.frontend.pragma_kinds import Pragma
from fpdeep_gen.hls.frontend.pragmas import parse
from fpdeep_gen.hls.ir import Diagnostic, LatencyBound, Location

_PRAGMA = re.compile(r"^[ \t]*#\s*pragma\s+HLS\s+(latency\b.*?)\s*$", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(r"\w*")


def latency_bounds(preprocessed: str) -> tuple[tuple[LatencyBound, ...], list[Diagnostic]]:
    """Every LATENCY of preprocessed C++, and a remark on each that is not honoured."""
    found: list[LatencyBound] = []
    remarks: list[Diagnostic] = []
    pragmas = list(_PRAGMA.finditer(preprocessed))
    if not pragmas:
        return (), []
    text, lines = blanked(preprocessed), Lines(preprocessed)
    for match in pragmas:
        file, line = lines.of(match.start(1))
        place = Location(Path(file), line, match.start() - preprocessed.rfind("\n", 0, match.start()))
        pragma = parse(match[1])
        around = _around(text, match.start())
        refusal = _refusal(pragma, around)
        if refusal or around is None:
            remarks.append(Diagnostic(place, f"pragma HLS {match[1]}: ignored; {refusal}"))
            continue
        least, most = (int(pragma.options[key]) if key in pragma.options else None for key in ("min", "max"))
        name = _NAME.match(text, around.begin)
        file, line = lines.of(around.begin)
        begin = Location(Path(file).resolve(), line)
        found.append(LatencyBound(least, most, around.is_loop, name[0] if name else "", begin, place))
    return tuple(found), remarks


def _refusal(pragma: Pragma, around: Owner | None) -> str:
    if around is None:
        return "a block has no schedule of its own, put it into a loop or a function"
    numbers = [pragma.options[key] for key in ("min", "max") if key in pragma.options]
    if not numbers or not all(one.isdecimal() for one in numbers):
        return "it needs numbers, min= or max="
    return f"min={numbers[0]} is more than max={numbers[1]}" if _is_empty(numbers) else ""


def _is_empty(numbers: Sequence[str]) -> bool:
    return len(numbers) == 2 and int(numbers[0]) > int(numbers[1])


def _around(text: str, at: int) -> Owner | None:
    """What the innermost pair of braces around a place belongs to."""
    depth = 0
    for match in reversed(list(re.finditer(r"[{}]", text[:at]))):
        depth += 1 if match[0] == "}" else -1
        if depth < 0:
            return owner(text, match.start())
    return None

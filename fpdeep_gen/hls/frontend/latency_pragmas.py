"""What LATENCY asks of a loop's iteration or of a function, found by where it stands in the source."""

import re
from collections.abc import Sequence

from fpdeep_gen.hls.frontend.enclosing import Owner, owner
from fpdeep_gen.hls.frontend.placed_pragmas import placed_pragmas
from fpdeep_gen.hls.frontend.pragma_kinds import Pragma
from fpdeep_gen.hls.ir import Diagnostic, LatencyBound

_NAME = re.compile(r"\w*")


def latency_bounds(preprocessed: str) -> tuple[tuple[LatencyBound, ...], list[Diagnostic]]:
    """Every LATENCY of preprocessed C++, and a remark on each that is not honoured."""
    found: list[LatencyBound] = []
    remarks: list[Diagnostic] = []
    placed = placed_pragmas(preprocessed, "latency")
    for one in placed.found:
        held = around(placed.text, one.at)
        refusal = _refusal(one.pragma, held)
        if refusal or held is None:
            remarks.append(one.ignored(refusal))
            continue
        options = one.pragma.options
        least, most = (int(options[key]) if key in options else None for key in ("min", "max"))
        name = _NAME.match(placed.text, held.begin)
        begin = placed.location(held.begin)
        found.append(LatencyBound(least, most, held.is_loop, name[0] if name else "", begin, one.location))
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


def around(text: str, at: int) -> Owner | None:
    """What the innermost pair of braces around a place belongs to."""
    depth = 0
    for match in reversed(list(re.finditer(r"[{}]", text[:at]))):
        depth += 1 if match[0] == "}" else -1
        if depth < 0:
            return owner(text, match.start())
    return None

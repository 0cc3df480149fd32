"""Makes a kernel that differs smaller: drops lines and blocks while some difference stays, many tries in one build.

Hypothesis shrinks what it drew choice by choice and builds each try by itself, which takes minutes; this cuts the text.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tests.hls.fuzz.batches import differences
from tests.hls.fuzz.kernels import Kernel

_BATCH = 16
_FAULTS = ("stalls", "crash")
START = "go.read();"  # a kernel without it would run for ever, and its words be as many as there is time for


def reduced(kernel: Kernel, check: Callable[[Sequence[Kernel]], list[str]] = differences) -> tuple[Kernel, str]:
    """The smallest text found, with its difference."""
    difference = check([kernel])[0]
    while True:
        found = next(_smaller(kernel, check, _refusal(difference)), None)
        if found is None:
            return kernel, difference
        kernel, difference = found


def _refusal(difference: str) -> str:
    """What the compiler says of a kernel that it does not take, without the place; "" of another difference."""
    first = difference.partition("\n")[0]
    return re.sub(r"\S+:\d+:\d+: ", "", first) if first.startswith("refused") else ""


def _smaller(
    kernel: Kernel, check: Callable[[Sequence[Kernel]], list[str]], refusal: str
) -> Iterator[tuple[Kernel, str]]:
    tries = sorted(
        {one for one in _candidates(kernel) if len(one.text) < len(kernel.text)}, key=lambda one: len(one.text)
    )
    for at in range(0, len(tries), _BATCH):
        batch = tries[at : at + _BATCH]
        for one, text in zip(batch, check(batch), strict=True):
            if _refusal(text) == refusal if refusal else text.startswith(_FAULTS):
                yield one, text


def _candidates(kernel: Kernel) -> Iterator[Kernel]:
    lines = kernel.text.split("\n")
    for first, line in enumerate(lines):
        if (
            line.startswith("#include")
            or "@" in line
            or line.strip() == START
            or not line.strip()
            or line.strip().startswith("}")
        ):
            continue
        last = _end(lines, first)
        yield _without(kernel, lines, first, last)
        if last > first and line.startswith(" "):
            inside = [*lines[:first], *lines[first + 1 : last], *lines[last + 1 :]]
            yield replace(kernel, text="\n".join(inside))
        for text in _simpler(line):
            yield replace(kernel, text="\n".join([*lines[:first], text, *lines[first + 1 :]]))
    for chunk in (12, 6, 3):
        for first in range(3, len(lines) - chunk, chunk):
            if START not in map(str.strip, lines[first : first + chunk]):
                yield _without(kernel, lines, first, first + chunk - 1)


def _simpler(line: str) -> Iterator[str]:
    """An assignment of a constant, or of one of the operands."""
    match = re.match(r"(\s*[^=]*[^=<>!] = )(.*);$", line)
    if match:
        for value in ("0", "1", *sorted(set(re.findall(r"\b(?:first_in|v|r|x|s|state|i|n|p)\d+\b", match[2])))):
            if value != match[2]:
                yield f"{match[1]}{value};"
    match = re.match(r"(\s*\w+\.write\()(.*)\);$", line)
    if match:
        for value in sorted(
            set(re.findall(r"\b(?:first_in|v|r|x|s|state|i|n|p)\d+\b|\b(?:kept|a|table)\d+\[\w+\]", match[2]))
        ):
            if value != match[2]:
                yield f"{match[1]}{value});"


def _end(lines: Sequence[str], first: int) -> int:
    """The last line of the block that a line opens."""
    depth = 0
    for place in range(first, len(lines)):
        depth += lines[place].count("{") - lines[place].count("}")
        if depth <= 0:
            return place
    return first


def _without(kernel: Kernel, lines: Sequence[str], first: int, last: int) -> Kernel:
    return replace(kernel, text="\n".join([*lines[:first], *lines[last + 1 :]]))

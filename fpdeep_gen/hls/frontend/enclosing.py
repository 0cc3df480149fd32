"""Which loop a pragma stands in, read from the source: a loop that LLVM has removed is to be seen there alone."""

import re
from collections.abc import Sequence
from pathlib import Path

from fpdeep_gen.hls.frontend.directives import Lines
from fpdeep_gen.hls.ir import Location

_BLANKED = re.compile(r'"(?:[^"\\\n]|\\.)*"|(?<!\d)\'(?:[^\'\\\n]|\\.)*\'|^[ \t]*#.*$', re.MULTILINE)
_WITH_HEAD = re.compile(r"\b(for|while|if|switch|constexpr)\s*$")
_LONGEST_HEAD = 2_000
_BRACE_OR_MARKER = re.compile(r"[{}]|::__hls_mark_(?:pipeline|pipeline_off|unroll|tripcount|flatten_off)\(")
_WORD = re.compile(r"\b(?:do|else)$")

Heads = dict[tuple[Path, int], Location]
"""By file and line of a pragma: where the `for`, `while` or `do` is that it stands in."""


def loops_around(plain: str) -> Heads:
    """Of preprocessed C++ whose pragmas are calls. A pragma that stands in no loop is not there."""
    found: Heads = {}
    text = _BLANKED.sub(lambda match: " " * len(match[0]), plain)
    lines = Lines(plain)
    opened: list[int] = []
    for match in _BRACE_OR_MARKER.finditer(text):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}":
            del opened[-1:]
        elif (head := _innermost(text, opened)) is not None:
            file, line = lines.of(match.start())
            path, number = lines.of(head)
            column = head - text.rfind("\n", 0, head)
            found[Path(file).resolve(), line] = Location(Path(path), number, column)
    return found


def head_of(heads: Heads, place: Location | None) -> Location | None:
    """Where the loop begins that a pragma stands in, if it stands in one."""
    return None if place is None else heads.get((place.file.resolve(), place.line))


def is_same(one: Location, other: Location) -> bool:
    """Whether two places are the same one of the source."""
    return (one.file.resolve(), one.line, one.column) == (other.file.resolve(), other.line, other.column)


def _innermost(text: str, opened: Sequence[int]) -> int | None:
    """Where the innermost loop begins whose brace is open; None where a function begins before any loop does."""
    for brace in reversed(opened):
        begin = max(0, brace - _LONGEST_HEAD)
        head = text[begin:brace].rstrip()
        if head.endswith(")"):
            keyword = _WITH_HEAD.search(head[: _bracket(head)])
            if keyword is None:
                return None
            if keyword[1] in ("for", "while"):
                return begin + keyword.start()
        elif (word := _WORD.search(head[-8:])) is not None:
            if word[0] == "do":
                return begin + len(head) - len("do")
        elif not head.endswith((";", ":", "{", "}")):
            return None
    return None


def _bracket(head: str) -> int:
    """The opening bracket of the closing one at the end; 0: none."""
    depth = 0
    for at in range(len(head) - 1, -1, -1):
        depth += (head[at] == ")") - (head[at] == "(")
        if depth == 0:
            return at
    return 0

"""Which loop a pragma stands in, read from the source: a loop that LLVM has removed is to be seen there alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.hls.frontend.clang import INCLUDE_DIR
from fpdeep_gen.hls.frontend.directives import Lines
from fpdeep_gen.hls.ir import Diagnostic, Location

_BLANKED = re.compile(r'"(?:[^"\\\n]|\\.)*"|(?<!\d)\'(?:[^\'\\\n]|\\.)*\'|^[ \t]*#.*$', re.MULTILINE)
_WITH_HEAD = re.compile(r"\b(for|while|if|switch|constexpr)\s*$")
_LONGEST_HEAD = 2_000
_MARKER = re.compile(r"::__hls_mark_(?:pipeline|pipeline_off|unroll|tripcount|flatten_off)\(")
_OF_LOOP = re.compile(r"::__hls_mark_(unroll|tripcount|flatten_off)\(")
_NAMES = {"unroll": "UNROLL", "tripcount": "LOOP_TRIPCOUNT", "flatten_off": "LOOP_FLATTEN off"}
_PIPELINE = re.compile(r"::__hls_mark_pipeline(_off)?\(")
_UNDER_CONDITION = "if constexpr (static_cast<bool>("  # how a pragma with a condition begins
_WORD = re.compile(r"\b(?:do|else)$")

Heads = dict[tuple[Path, int], Location]
"""By file and line of a pragma: where the `for`, `while` or `do` is that it stands in."""


def loops_around(plain: str) -> Heads:
    """Of preprocessed C++ whose pragmas are calls. A pragma that stands in no loop is not there."""
    found: Heads = {}
    text = blanked(plain)
    lines = Lines(plain)
    for match, opened in _within(text, _MARKER):
        if (head := _innermost(text, opened)) is not None:
            file, line = lines.of(match.start())
            path, number = lines.of(head)
            column = head - text.rfind("\n", 0, head)
            found[Path(file).resolve(), line] = Location(Path(path), number, column)
    return found


def outside_loops(plain: str, heads: Heads) -> list[Diagnostic]:
    """Pragmas of loops in the user's code that stand in no loop. `heads`: those that do."""
    lines = Lines(plain)
    found: list[Diagnostic] = []
    for match in _OF_LOOP.finditer(plain):
        file, line = lines.of(match.start())
        path = Path(file)
        if (path.resolve(), line) not in heads and not path.is_relative_to(INCLUDE_DIR):
            text = f"pragma HLS {_NAMES[match[1]]}: ignored; it stands in no loop, put it behind the brace of one"
            found.append(Diagnostic(Location(path, line), text))
    return found


def said_twice(plain: str) -> list[Diagnostic]:
    """Further PIPELINE pragmas of a loop or function in the user's code: the last one holds, before any `off`."""
    text = blanked(plain)
    lines = Lines(plain)
    groups: dict[Owner, list[re.Match[str]]] = {}
    for match, opened in _within(text, _PIPELINE):
        begin = text.rfind("\n", 0, match.start()) + 1
        one = next((one for brace in reversed(opened) if (one := owner(text, brace)) is not None), None)
        if one is not None and _UNDER_CONDITION not in text[begin : match.start()]:
            groups.setdefault(one, []).append(match)
    found: list[Diagnostic] = []
    for asked in (asked for asked in groups.values() if len(asked) > 1):
        kept = next((match for match in reversed(asked) if not match[1]), asked[-1])
        _, held = lines.of(kept.start())
        for match in asked:
            file, line = lines.of(match.start())
            if match is not kept and not Path(file).is_relative_to(INCLUDE_DIR):
                column = match.start() - text.rfind("\n", 0, match.start())
                name = f"pragma HLS PIPELINE{' off' if match[1] else ''}"
                why = f"{name}: ignored; PIPELINE in line {held} is that of the same loop or function"
                found.append(Diagnostic(Location(Path(file), line, column), why))
    return found


def _within(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], tuple[int, ...]]]:
    """Matches in blanked text, each with the braces that are open there, outermost first."""
    opened: list[int] = []
    for match in re.finditer(rf"[{{}}]|{pattern.pattern}", text):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}":
            del opened[-1:]
        else:
            yield match, tuple(opened)


def blanked(text: str) -> str:
    """The same without strings and preprocessor lines, every place where it was."""
    return _BLANKED.sub(lambda match: " " * len(match[0]), text)


def head_of(heads: Heads, place: Location | None) -> Location | None:
    """Where the loop begins that a pragma stands in, if it stands in one."""
    return None if place is None else heads.get((place.file.resolve(), place.line))


def is_same(one: Location, other: Location) -> bool:
    """Whether two places are the same one of the source."""
    return (one.file.resolve(), one.line, one.column) == (other.file.resolve(), other.line, other.column)


@dataclass(frozen=True, slots=True)
class Owner:
    """What a pair of braces is the body of: a loop that begins at a place, or a function whose name does."""

    is_loop: bool
    begin: int


def owner(text: str, brace: int) -> Owner | None:
    """Of an opening brace in blanked text. None: a block, or the body of something else."""
    begin = max(0, brace - _LONGEST_HEAD)
    head = text[begin:brace].rstrip()
    if head.endswith(")"):
        bracket = _bracket(head)
        keyword = _WITH_HEAD.search(head[:bracket])
        if keyword is None:
            name = re.search(r"[\w~]*\s*$", head[:bracket])
            return Owner(False, begin + (name.start() if name is not None else bracket))
        return Owner(True, begin + keyword.start()) if keyword[1] in ("for", "while") else None
    word = _WORD.search(head[-8:])
    if word is not None:
        return Owner(True, begin + len(head) - len("do")) if word[0] == "do" else None
    return None if head.endswith((";", ":", "{", "}")) else Owner(False, begin)


def _innermost(text: str, opened: Sequence[int]) -> int | None:
    """Where the innermost loop begins whose brace is open; None where a function begins before any loop does."""
    found = next((one for brace in reversed(opened) if (one := owner(text, brace)) is not None), None)
    return found.begin if found is not None and found.is_loop else None


def _bracket(head: str) -> int:
    """The opening bracket of the closing one at the end; 0: none."""
    depth = 0
    for at in range(len(head) - 1, -1, -1):
        depth += (head[at] == ")") - (head[at] == "(")
        if depth == 0:
            return at
    return 0

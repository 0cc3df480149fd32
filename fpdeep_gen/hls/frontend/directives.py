"""Directives that stand outside of the source become pragmas in its preprocessed text, where they hold.

A directive names a function, or a loop of it by its label (`f/label`) or by its line (`f/VITIS_LOOP_37_1`). One of a
variable goes behind the variable's declaration, any other to the beginning of the function's or the loop's body. Line
markers around it say that it comes from the configuration, so that what is said of it names its line there.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.config import DIRECTIVE
from fpdeep_gen.hls.frontend.pragmas import LINE_MARKER

_GIVEN = re.compile(rf'^[ \t]*#\s*pragma\s+{DIRECTIVE}\s+(\w+)\s+(\S+)\s+"([^"]*)"\s+(\d+)[ \t]*(.*)$', re.MULTILINE)
_NUMBERED = re.compile(r"VITIS_LOOP_(\d+)_\d+")
_LOOP = re.compile(r"\b(?:for|while|do)\b")
_VARIABLE = re.compile(r"\bvariable=([A-Za-z_]\w*)")
_SKIPPED = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|^[ \t]*#.*$', re.MULTILINE)
_BEHIND = re.compile(r"\s*(?:const\b|noexcept\b|override\b|final\b|__attribute__\s*\(\(.*?\)\)|\s)*\{")


@dataclass(frozen=True)
class _Directive:
    kind: str
    function: str
    loop: str
    file: str
    line: int
    options: str

    def problem(self, expected: str, found: str, hint: str = "") -> Problem:
        return Problem(Path(self.file), self.line, f"syn.directive.{self.kind}", expected, found, hint)


def with_directives(text: str) -> str:
    """Preprocessed C++ with the directives that its pragmas name as HLS pragmas. Raises InputError."""
    given = [
        _Directive(kind, *_place(place), file, int(line), options)
        for kind, place, file, line, options in _GIVEN.findall(text)
    ]
    if not given:
        return text
    text = _GIVEN.sub("", text)
    plain = _SKIPPED.sub(lambda found: " " * len(found[0]), text)
    problems: list[Problem] = []
    places = Lines(text)
    inserted: list[tuple[int, int, str]] = []
    for number, one in enumerate(given):
        for at in _positions(one, plain, places, problems):
            file, line = places.of(at)
            pragma = f'\n# {one.line} "{one.file}"\n#pragma HLS {one.kind} {one.options}\n# {line} "{file}"\n'
            pragma += " " * (at - text.rfind("\n", 0, at) - 1)  # so that columns stay
            inserted.append((at, number, pragma))
    if problems:
        raise InputError(problems)
    for at, _, pragma in sorted(inserted, reverse=True):
        text = text[:at] + pragma + text[at:]
    return text


def _place(place: str) -> tuple[str, str]:
    function, _, loop = place.partition("/")
    return function, loop.rpartition("/")[2]


class Lines:
    """File and line of a place in preprocessed text."""

    def __init__(self, text: str) -> None:
        self._starts: list[int] = []
        self._known: list[tuple[str, int]] = []
        at, file, number = 0, "", 0
        for line in text.split("\n"):
            marker = LINE_MARKER.match(line)
            if marker is not None:
                file, number = marker[2], int(marker[1]) - 1
            else:
                number += 1
            self._starts.append(at)
            self._known.append((file, number))
            at += len(line) + 1

    def of(self, at: int) -> tuple[str, int]:
        return self._known[bisect_right(self._starts, at) - 1]


def _positions(one: _Directive, plain: str, places: Lines, problems: list[Problem]) -> list[int]:
    """Where its pragma goes: behind a brace or a semicolon; in each function of that name."""
    bodies = _bodies(one.function, plain)
    if not bodies:
        problems.append(one.problem(f"a function {one.function} with a body", "none"))
        return []
    found = []
    for head, begin, end in bodies:
        if not one.loop:
            found.append(_of_variable(one, plain, head, begin, end))
            continue
        loop = _loop_body(one, plain, begin, end, places)
        if loop is not None:
            found.append(loop)
    if not found:
        hint = "a directive needs a loop with a label, or VITIS_LOOP_<line>_<n>, whose body is in braces"
        problems.append(one.problem(f"a loop {one.loop} with a body in braces in {one.function}", "none", hint))
    return found


def _bodies(function: str, plain: str) -> list[tuple[int, int, int]]:
    """Of each definition: where its arguments begin, behind the opening brace of its body, and its closing brace."""
    name = re.sub(r"<.*?>", "", function).rpartition("::")[2]
    found = []
    for match in re.finditer(rf"(?<![\w.>])~?{re.escape(name)}\s*\(", plain):
        behind = _closing(plain, match.end() - 1)
        body = _BEHIND.match(plain, behind + 1) if behind >= 0 else None
        if body is not None:
            found.append((match.end(), body.end(), _closing(plain, body.end() - 1)))
    return found


def _closing(plain: str, at: int) -> int:
    """The bracket that closes the one at a place; -1: none."""
    opened, closed = plain[at], {"(": ")", "{": "}"}[plain[at]]
    depth = 0
    for match in re.compile(rf"[\{opened}\{closed}]").finditer(plain, at):
        depth += 1 if match[0] == opened else -1
        if depth == 0:
            return match.start()
    return -1


def _loop_body(one: _Directive, plain: str, begin: int, end: int, places: Lines) -> int | None:
    """Behind the opening brace of the loop's body."""
    numbered = _NUMBERED.fullmatch(one.loop)
    if numbered is not None:
        line = int(numbered[1])
        heads = [match for match in _LOOP.finditer(plain, begin, end) if places.of(match.start())[1] == line]
        start = heads[0].start() if heads else -1
    else:
        label = re.compile(rf"(?<![\w:?]){re.escape(one.loop)}\s*:(?!:)\s*").search(plain, begin, end)
        start = label.end() if label is not None else -1
    head = _LOOP.match(plain, start) if start >= 0 else None
    if head is None:
        return None
    at = head.end()
    if head[0] != "do":
        opened = plain.find("(", at, end)
        at = _closing(plain, opened) + 1 if opened >= 0 else end
    brace = re.compile(r"\s*\{").match(plain, at, end)
    return None if brace is None else brace.end()


def _of_variable(one: _Directive, plain: str, head: int, begin: int, end: int) -> int:
    """Behind the declaration of the variable that a directive names; else at the beginning of the body."""
    named = _VARIABLE.search(one.options)
    if named is None:
        return begin
    use = re.compile(rf"\b{named[1]}\b")
    if use.search(plain, head, begin):
        return begin
    for match in use.finditer(plain, begin, end):
        before = plain[begin : match.start()].rstrip()
        if before and (before[-1].isalnum() or before[-1] in "_>*&,") and not before.endswith("return"):
            semicolon = plain.find(";", match.end(), end)
            return semicolon + 1 if semicolon >= 0 else begin
        break
    return begin

"""Problems at places of the user's C++, and labels of loops there."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fpdeep_gen.errors import FpdeepError, InputError, Problem, ToolError
from fpdeep_gen.hls.ir import Location

# What a mistake in the compiler raises.
_OWN = (ArithmeticError, AssertionError, AttributeError, LookupError, NameError, RuntimeError, TypeError, ValueError)

_LABEL = re.compile(r"^\s*(\w+)\s*:(?!:)\s*(?:(?:for|while|do)\b|$)")


def label_of(place: Location) -> str:
    """The label of the loop whose head is in a line, there or alone in the line before; "": none."""
    try:
        lines = ["", *place.file.read_text(encoding="utf-8", errors="replace").split("\n")]
    except OSError:
        return ""
    label = _LABEL.match(lines[place.line]) if place.line < len(lines) else None
    if label is None and 1 < place.line < len(lines):
        label = re.fullmatch(r"\s*(\w+)\s*:\s*", lines[place.line - 1])
    return label[1] if label is not None and label[1] != "default" else ""


def problem_at(place: Location | None, what: str, expected: str, found: str, hint: str = "") -> Problem:
    """A problem with file, line and column where they are known."""
    if place is None or place.line == 0:
        return Problem(None if place is None else place.file, None, what, expected, found, hint)
    return Problem(place.file, place.line, what, expected, found, hint, place.column)


def refusal(problems: Iterable[Problem]) -> InputError:
    """The error that carries the problems in the order of the source, each with its line of C++."""
    texts: dict[Path, list[str]] = {}
    shown = [_with_source(problem, texts) for problem in dict.fromkeys(problems)]
    return InputError(sorted(shown, key=lambda one: (str(one.file or ""), one.line or 0, one.column or 0)))


def _with_source(problem: Problem, texts: dict[Path, list[str]]) -> Problem:
    if problem.file is None or problem.line is None or problem.source:
        return problem
    if problem.file not in texts:
        try:
            texts[problem.file] = problem.file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            texts[problem.file] = []
    lines = texts[problem.file]
    return replace(problem, source=lines[problem.line - 1]) if problem.line <= len(lines) else problem


@contextmanager
def internal_errors(source: Path, top: str) -> Iterator[None]:
    """An error of the compiler's own becomes a ToolError that says how to report it."""
    try:
        yield
    except FpdeepError:
        raise
    except _OWN as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "?"
        raise ToolError(
            f"internal error of the HLS compiler in {where}: {type(error).__name__}: {error}\n"
            f"    the kernel is not at fault; please report it with {source} (and the headers it includes), "
            f"top {top}, and this message"
        ) from error

"""Errors that a user can act on: where, what was expected, what was found, and a hint.

Every check collects all its problems and raises one exception that carries them together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input. `line` and `column` count from 1; `field` is a path such as `layers[2].kernel`.

    `source`: the text of the line, which is then shown with a caret under the column.
    """

    file: Path | None
    line: int | None
    field: str
    expected: str
    found: str
    hint: str = ""
    column: int | None = None
    source: str = ""

    def __str__(self) -> str:
        column = self.column or None
        place = ":".join(str(part) for part in (self.file, self.line, column) if part is not None)
        head = f"{place}: {self.field}" if place else self.field
        text = f"{head}: expected {self.expected}, found {self.found}"
        if self.source:
            text += f"\n    {self.source.rstrip()}"
            if column is not None:
                text += "\n    " + "".join(char if char == "\t" else " " for char in self.source[: column - 1]) + "^"
        return f"{text}\n    hint: {self.hint}" if self.hint else text


def _text_of(problems: Sequence[Problem]) -> str:
    """All problems; a hint that neighbours share stands once, behind the last of them."""
    following = [problem.hint for problem in problems[1:]] + [""]
    return "\n".join(
        str(replace(problem, hint="") if problem.hint == after else problem)
        for problem, after in zip(problems, following, strict=True)
    )


class FpdeepError(Exception):
    """Base of all errors that the command line reports without a traceback."""

    exit_code: int = 3


class InputError(FpdeepError):
    """The user's input is wrong; holds every problem that was found."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(_text_of(problems))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[type["InputError"], tuple[tuple[Problem, ...]]]:
        """Lets the error pass between processes, which the default (the message as the argument) would garble."""
        return (InputError, (self.problems,))


class ComparisonError(FpdeepError):
    """A comparison (simulation against golden, measurement against plan) failed."""

    exit_code = 1


class ToolError(FpdeepError):
    """An external tool is missing or broke: the command, where its log is, and how to reproduce."""

    exit_code = 3

    def __init__(self, message: str, command: Sequence[str] = (), log: str = "") -> None:
        parts = [message]
        if command:
            parts.append("command: " + " ".join(command))
        if log:
            parts.append(log.rstrip())
        super().__init__("\n".join(parts))
        self.command = tuple(command)
        self.log = log

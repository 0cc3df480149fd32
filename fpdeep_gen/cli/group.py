"""The root command: turns every error into a message and an exit code, never a traceback."""

import errno
import json
import os
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from fpdeep_gen import __version__
from fpdeep_gen.cli.output import wants_json
from fpdeep_gen.errors import FpdeepError, InputError, Problem, ToolError

BUG_EXIT_CODE = 3
INTERRUPTED_EXIT_CODE = 130
PLACE_ERRORS = frozenset(
    (
        *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EBUSY, errno.ETXTBSY),
        *(errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY, errno.ELOOP, errno.ENAMETOOLONG),
    )
)
"""What the system says of places that are not for writing, of something else in the way, and of names."""

ROOM_ERRORS = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""What it says of a write, where it names no file."""


class ReportingGroup(click.Group):
    """Exit codes: 0 fine, 1 a comparison failed, 2 the input is wrong, 3 a tool is missing or broke (or a bug)."""

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command; a `FpdeepError` is shown as its text, anything unexpected as a bug with its log."""
        try:
            return _invoke_with_places(super().invoke, ctx)
        except FpdeepError as error:
            click.echo(str(error) if isinstance(error, InputError) else f"error: {error}", err=True)
            _fail(ctx, _error_document(error), error.exit_code)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED_EXIT_CODE)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # the one place that catches all: it becomes a bug report, and exit code 3
            log = _write_bug_log()
            summary = f"{type(error).__name__}: {error}"
            click.echo(f"bug in fpdeep {__version__}: {summary}\ntraceback: {log}", err=True)
            _fail(ctx, {"kind": "bug", "message": summary, "log": str(log)}, BUG_EXIT_CODE)


def _invoke_with_places(invoke: Callable[[click.Context], object], ctx: click.Context) -> object:
    """A place that may not be read or written, or has no room, is the user's to change."""
    try:
        return invoke(ctx)
    except OSError as error:
        place = None if error.filename is None else Path(os.fsdecode(error.filename))
        if not _is_the_place(error, place):
            raise
        found = os.strerror(error.errno or 0).lower()
        raise InputError([Problem(place, None, "file", "a place to read and write", found)]) from error


def _is_the_place(error: OSError, place: Path | None) -> bool:
    """Whether `error` tells of a place and not of a bug. A file that is not there may be either: it is the place where
    nothing can be made, as in /proc."""
    if place is None:
        return error.errno in ROOM_ERRORS
    return error.errno in PLACE_ERRORS or (error.errno == errno.ENOENT and not _takes_files(place))


def _takes_files(place: Path) -> bool:
    """Whether a file can be made in the nearest folder of `place` that is there."""
    folder = next(parent for parent in place.absolute().parents if parent.is_dir())
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _fail(ctx: click.Context, error: dict[str, object], exit_code: int) -> NoReturn:
    if wants_json(ctx):
        click.echo(json.dumps({"error": error, "exit_code": exit_code}, indent=2, sort_keys=True))
    ctx.exit(exit_code)


def _error_document(error: FpdeepError) -> dict[str, object]:
    document: dict[str, object] = {"kind": type(error).__name__, "message": str(error)}
    if isinstance(error, InputError):
        document["problems"] = [_problem_document(problem) for problem in error.problems]
    if isinstance(error, ToolError):
        document["command"] = list(error.command)
        document["log"] = error.log
    return document


def _problem_document(problem: Problem) -> dict[str, object]:
    return {
        "file": None if problem.file is None else str(problem.file),
        "line": problem.line,
        "field": problem.field,
        "expected": problem.expected,
        "found": problem.found,
        "hint": problem.hint,
    }


def _write_bug_log() -> Path:
    """Keeps the traceback that is being handled in a file of the system's temporary folder."""
    with tempfile.NamedTemporaryFile("w", prefix="fpdeep-bug-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(f"fpdeep {__version__}\n{traceback.format_exc()}")
    return Path(log.name)

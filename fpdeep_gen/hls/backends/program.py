"""Finding and running another compiler's program."""

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.backends.model import CompilationError, Run

LAST_LINES = 20


def find_program(names: Sequence[str]) -> str | None:
    """The first of `names` that is on PATH."""
    return next((found for name in names if (found := shutil.which(name))), None)


def need_program(title: str, names: Sequence[str], hint: str) -> str:
    """The same; ToolError with `hint` where there is none."""
    found = find_program(names)
    if found is None:
        raise ToolError(f"{title} is missing: expected {' or '.join(names)} on PATH, found none\n    hint: {hint}")
    return found


def run_program(title: str, command: Sequence[str], folder: Path, log: Path) -> Run:
    """Run `command` in `folder`; all that it writes goes to `log`.

    Raises CompilationError with the last lines where it fails, ToolError where it cannot be started or is ended by a
    signal.
    """
    begin = time.perf_counter()
    try:
        with log.open("wb") as file:
            code = subprocess.run(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT, check=False).returncode
    except OSError as error:
        raise ToolError(f"{title} cannot be started: {error}", command) from error
    if code < 0:
        raise ToolError(f"{title} was ended by signal {-code}", command, last_lines(log))
    if code:
        raise CompilationError(f"{title} failed with exit status {code}; all of it: {log}", command, last_lines(log))
    return Run(tuple(command), time.perf_counter() - begin, log)


def last_lines(log: Path) -> str:
    """The end of a log, without empty lines."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join([line.rstrip() for line in lines if line.strip()][-LAST_LINES:])

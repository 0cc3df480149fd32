"""Checks the RTL of every kernel of the tests by itself: the same from run to run, Verilator, latches, loops.

    python -m benchmarks.rtl_quality [--output build/rtl_quality] [--jobs 2] [--no-synthesis] [NAME...]

Each kernel is compiled in two fresh processes, in opposite orders and with other hash seeds; the files must be equal
byte by byte. Verilator's -Wall may say nothing but what `quality.WAIVERS` names, Yosys may find no latch, no
combinational loop and no signal without exactly one driver, before and after mapping. Exit status 1 when one is found.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from fpdeep_gen.emit.resources import kernels_dir
from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.hls.synthesis.quality import lint_faults, structure_faults

ROOT = Path(__file__).resolve().parents[1]
SYNTHESIS_LIMIT_S = 3600.0
_TOPS = {"pipelined_function": "taps"}  # examples whose top is not named as their folder
_ERROR = re.compile(r"^ERROR: .*$", re.MULTILINE)
_SEEDS = ("0", "4711")


@dataclass(frozen=True)
class Subject:
    """A kernel; `top` is also the name of its module."""

    name: str
    source: Path
    top: str


@dataclass(frozen=True)
class Finding:
    """What is wrong with one kernel's RTL; nothing where `faults` is empty."""

    subject: Subject
    faults: tuple[str, ...]


def subjects() -> tuple[Subject, ...]:
    """The kernels and the examples of the tests, and those of the benchmark."""
    kernels = [*(ROOT / "tests/hls/kernels").glob("*.cpp"), *(ROOT / "benchmarks/kernels").glob("*.cpp")]
    found = [Subject(path.stem, path, path.stem) for path in kernels]
    for path in (ROOT / "tests/hls/examples").glob("*/kernel.cpp"):
        folder = path.parent.name
        found.append(Subject(f"example_{folder}", path, _TOPS.get(folder, folder)))
    return tuple(sorted(found, key=lambda one: one.name))


def compile_all(chosen: Sequence[Subject], output: Path) -> None:
    """Each into a folder of its own, in the order given; an error is a file there."""
    for one in chosen:
        folder = output / one.name
        folder.mkdir(parents=True, exist_ok=True)
        try:
            compile_kernel(one.source, one.top, [one.source.parent, kernels_dir()], folder)
        except Exception as error:  # told of by the check, with the kernel's name
            (folder / "error").write_text(str(error), encoding="utf-8")


def check(
    chosen: Sequence[Subject],
    output: Path,
    jobs: int = 2,
    synthesis: bool = True,
    progress: Callable[[Finding], None] | None = None,
) -> tuple[Finding, ...]:
    """The faults of each kernel, in the order given. `output` must be empty or not there."""
    runs = [output / "first", output / "second"]
    for run, seed in zip(runs, _SEEDS, strict=True):
        ordered = chosen if seed == _SEEDS[0] else chosen[::-1]
        command = [sys.executable, "-m", __spec__.name, "--compile-only", "--output", str(run)]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([*command, *(one.name for one in ordered)], cwd=ROOT, env=environment, check=True)

    def finding(one: Subject) -> Finding:
        made = Finding(one, _faults(one, runs, synthesis))
        if progress is not None:
            progress(made)
        return made

    with ThreadPoolExecutor(jobs) as pool:
        return tuple(pool.map(finding, chosen))


def _faults(one: Subject, runs: Sequence[Path], synthesis: bool) -> tuple[str, ...]:
    first, second = (run / one.name for run in runs)
    if (first / "error").exists():
        return ((first / "error").read_text(encoding="utf-8"),)
    faults = list(differences(first, second))
    verilog = first / f"{one.top}.sv"
    faults += lint_faults(verilog, one.top)
    try:
        faults += structure_faults(verilog, one.top, SYNTHESIS_LIMIT_S) if synthesis else ()
    except ToolError as error:
        faults += _ERROR.findall(error.log) or [str(error)]
    return tuple(faults)


def differences(first: Path, second: Path) -> tuple[str, ...]:
    """Files of two folders that are not the same, or there only once."""
    names = sorted({path.name for folder in (first, second) for path in folder.glob("*.*") if path.is_file()})
    return tuple(
        f"{name} differs from run to run"
        for name in names
        if not all((folder / name).is_file() for folder in (first, second))
        or (first / name).read_bytes() != (second / name).read_bytes()
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="kernels; all where none is named")
    parser.add_argument("--output", type=Path, default=Path("build/rtl_quality"))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--no-synthesis", action="store_true", help="without Yosys")
    parser.add_argument("--compile-only", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    every = {one.name: one for one in subjects()}
    unknown = [name for name in asked.names if name not in every]
    if unknown:
        parser.error(f"no such kernel: {', '.join(unknown)}; there are {', '.join(every)}")
    chosen = [every[name] for name in asked.names or every]
    output = asked.output.resolve()
    if asked.compile_only:
        compile_all(chosen, output)
        return 0
    if output.exists() and any(output.iterdir()):
        parser.error(f"{output} is not empty")

    console = Console()

    def show(made: Finding) -> None:
        console.print(f"{made.subject.name}: {'; '.join(made.faults) or 'clean'}", markup=False, soft_wrap=True)

    found = check(chosen, output, asked.jobs, not asked.no_synthesis, show)
    faulty = [made for made in found if made.faults]
    console.print(f"{len(found)} kernels, {len(faulty)} with faults")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())

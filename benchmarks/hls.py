"""Measures the open back end on kernels whose figures another open compiler has too; prints a table and writes JSON.

    python -m benchmarks.hls [--output build/bench] [--kernel fir_stream] [--no-synthesis]

Seconds are processor time (user) of `fpdeep hls build` in a process of its own, with the start of Python and all that
it calls, from an empty folder; memory is the peak of its largest process. Cycles are the simulated RTL's, whose outputs
are compared with the C++ natively; cells are Yosys's, the slices of output streams included. Where Bambu or Vitis HLS
is installed, its figures stand below (benchmarks/hls_others.py).
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.hls_kernels import ANCHOR, ANCHOR_SOURCE, KERNELS, SOURCES, Kernel
from benchmarks.hls_others import OtherFigures, measure_others, other_rows
from fpdeep_gen.emit.resources import kernels_dir
from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.cosim import cosimulate
from fpdeep_gen.hls.emit.report import KernelReport, Resources
from fpdeep_gen.hls.synthesis.estimate import estimate


@dataclass(frozen=True)
class Compilation:
    """One build: seconds of processor time and of the wall clock, peak memory in MiB."""

    user_s: float
    wall_s: float
    peak_mib: float


@dataclass(frozen=True)
class HlsResult:
    """Everything measured on one kernel.

    `ii`: of each pipelined loop; `cycles`: of one call, from the reset (streams) or the start to the last word or the
    end; `ideal_cycles`: the iterations of all loops, plus their depths; `resources`: None where Yosys was not run;
    `others`: other compilers that are installed.
    """

    kernel: str
    title: str
    compilation: Compilation
    ii: tuple[int, ...]
    depths: tuple[int, ...]
    iterations: int
    cycles: int
    ideal_cycles: int
    equal: bool
    verilog_lines: int
    resources: Resources | None
    missed: tuple[str, ...] = ()
    others: tuple[OtherFigures, ...] = ()


def build_timed(kernel: Kernel, out: Path) -> Compilation:
    """One `fpdeep hls build` from nothing."""
    shutil.rmtree(out, ignore_errors=True)
    program = "from fpdeep_gen.cli.main import main; main()"
    source = str(SOURCES / f"{kernel.name}.cpp")
    command = [sys.executable, "-c", program, "hls", "build", source, "--top", kernel.name, "-o", str(out / "rtl")]
    begin = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise ToolError(f"{kernel.name} does not build", command)
    return Compilation(used.ru_utime, seconds, used.ru_maxrss / 1024)


def bench(kernel: Kernel, out: Path, synthesis: bool) -> HlsResult:
    """Compile, simulate, synthesise, and hold against the goals."""
    compilation = build_timed(kernel, out)
    done = cosimulate(
        SOURCES / f"{kernel.name}.cpp", kernel.name, out / "rtl", include_dirs=[kernels_dir()], words=kernel.words
    )
    loops = [region for process in done.compiled.report.processes for region in process.regions if region.requested_ii]
    depths = tuple(loop.depth for loop in loops)
    text = done.compiled.verilog.read_text(encoding="utf-8")
    figures = estimate([done.compiled], out.parent / "yosys", 1)[0] if synthesis and kernel.synthesised else None
    result = HlsResult(
        kernel=kernel.name,
        title=kernel.title,
        compilation=compilation,
        ii=tuple(loop.ii for loop in loops),
        depths=depths,
        iterations=kernel.iterations,
        cycles=done.latencies[0] if done.latencies else done.cycles,
        ideal_cycles=kernel.iterations + sum(depths),
        equal=done.equal,
        verilog_lines=own_lines(text, done.compiled.report),
        resources=None if figures is None or figures.missing else figures.synthesised,
        others=measure_others(kernel, out, synthesis),
    )
    return replace(result, missed=missed(kernel, result))


def own_lines(verilog: str, report: KernelReport) -> int:
    """Lines of the kernel's own modules, without the library's cells in front of them."""
    lines = verilog.splitlines()
    first = f"module {report.processes[0].module} "
    return len(lines) - next(number for number, line in enumerate(lines) if line.startswith(first))


def missed(kernel: Kernel, result: HlsResult) -> tuple[str, ...]:
    """The goals that were not reached, each with what was found."""
    goal, found = kernel.goal, result.resources
    texts = [] if result.equal else ["RTL and C++ differ"]
    if any(ii != 1 for ii in result.ii) or len(result.ii) != len(kernel.trips):
        texts.append(f"II {', '.join(map(str, result.ii))}, not 1 in {len(kernel.trips)} loops")
    bounds: list[tuple[str, float | None, float]] = [
        ("user s", goal.seconds, result.compilation.user_s),
        ("MiB", goal.mib, result.compilation.peak_mib),
    ]
    if found is not None:
        bounds += [("LUT", goal.lut, found.lut), ("FF", goal.ff, found.ff)]
        if goal.dsp is not None and found.dsp != goal.dsp:
            texts.append(f"DSP {found.dsp}, goal {goal.dsp}")
    texts += [
        f"{name} {have:.4g}, goal {bound:g}" for name, bound, have in bounds if bound is not None and have > bound
    ]
    return tuple(texts)


def table(results: Sequence[HlsResult]) -> Table:
    """One row a kernel, the other compiler's below it."""
    made = Table(title="open back end at 200 MHz", title_justify="left")
    made.add_column("kernel")
    for heading in ("compile s", "MiB", "II", "cycles", "trips + depth", "lines", "LUT", "FF", "DSP"):
        made.add_column(heading, justify="right")
    made.add_column("goals")
    kernels = {kernel.name: kernel for kernel in KERNELS}
    for one in results:
        found = one.resources
        cells = ["", "", ""] if found is None else [str(found.lut), str(found.ff), str(found.dsp)]
        spent = one.compilation
        measured = [f"{spent.user_s:.2f}", f"{spent.peak_mib:.0f}", ", ".join(map(str, one.ii)), f"{one.cycles:,}"]
        lines = [f"{one.ideal_cycles:,}", f"{one.verilog_lines:,}"]
        made.add_row(one.title, *measured, *lines, *cells, "; ".join(one.missed) or "reached")
        for row in kernels[one.kernel].anchors:
            counts = [f"{row.verilog_lines:,}", str(row.lut), str(row.ff), str(row.dsp)]
            each = str(row.cycles_each)
            made.add_row(f"  {ANCHOR}: {row.variant}", f"{row.seconds:.1f}", "", each, f"{row.cycles:,}", "", *counts)
        for cells in other_rows(one.others, one.iterations):
            made.add_row(*cells)
    return made


def main() -> None:
    """Entry of `python -m benchmarks.hls`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    parser.add_argument("--kernel", action="append", choices=[kernel.name for kernel in KERNELS])
    parser.add_argument("--no-synthesis", action="store_true", help="no Yosys: seconds in place of minutes")
    options = parser.parse_args()
    chosen = [kernel for kernel in KERNELS if options.kernel is None or kernel.name in options.kernel]
    measure(Console(width=150), chosen, options.output, synthesis=not options.no_synthesis)


def measure(console: Console, kernels: Sequence[Kernel], output: Path, synthesis: bool = True) -> None:
    """Measure, print, and write `output`/hls.json."""
    results = [bench(kernel, output / "hls" / kernel.name, synthesis) for kernel in kernels]
    console.print(table(results))
    console.print(f"{ANCHOR} (II: cycles an iteration): {ANCHOR_SOURCE}.")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    document = {
        "machine": machine,
        "results": [asdict(result) for result in results],
        "anchor": {
            "source": ANCHOR_SOURCE,
            "kernels": {one.name: [asdict(row) for row in one.anchors] for one in kernels},
        },
    }
    output.mkdir(parents=True, exist_ok=True)
    (output / "hls.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Other compilers on the kernels of the benchmark, each where it is installed.

Seconds are of wall clock, without simulation. Counts are the compiler's own where it gives LUTs (Vitis HLS: estimates
before place and route), else Yosys's of its Verilog for xc7 (Bambu). Cycles: by the compiler's simulation where the
kernel has a test bench (Bambu), else its own prediction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.hls_kernels import SOURCES, Kernel
from fpdeep_gen.emit.resources import kernels_dir
from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.backends.drivers import DRIVERS, Driver
from fpdeep_gen.hls.backends.model import BackendResult, Job
from fpdeep_gen.hls.emit.report import Resources
from fpdeep_gen.hls.parts import DEFAULT_PART
from fpdeep_gen.hls.synthesis.yosys import map_design

CLOCK_MHZ = 200.0
YOSYS_LIMIT_S = 600.0


@dataclass(frozen=True)
class OtherFigures:
    """One compiler on one kernel; None: not known. `failed`: what did not work, empty where all did."""

    compiler: str
    seconds: float | None = None
    cycles: int | None = None
    ii: tuple[int, ...] | None = None
    verilog_lines: int | None = None
    lut: int | None = None
    ff: int | None = None
    dsp: int | None = None
    failed: str = ""


def measure_others(kernel: Kernel, out: Path, synthesis: bool) -> tuple[OtherFigures, ...]:
    """Each compiler that is installed, in a folder of its own below `out`."""
    return tuple(_measure(kernel, driver, out / driver.name, synthesis) for driver in DRIVERS if driver.installed)


def _measure(kernel: Kernel, driver: Driver, out: Path, synthesis: bool) -> OtherFigures:
    source = SOURCES / f"{kernel.name}.cpp"
    folders = (SOURCES, kernels_dir())
    job = Job(source, kernel.name, folders, out / "compile", CLOCK_MHZ, DEFAULT_PART)
    try:
        built = driver.build(job)
    except ToolError as error:
        return OtherFigures(driver.title, failed=_first_line(error))
    figures = OtherFigures(
        f"{driver.title}, {built.device}",
        built.run.seconds,
        built.cycles,
        built.ii,
        sum(len(path.read_text(encoding="utf-8", errors="replace").splitlines()) for path in built.rtl),
        built.lut,
        built.ff,
        built.dsp,
    )
    if driver.simulates and kernel.bench is not None:
        try:
            simulated = driver.build(replace(job, folder=out / "simulate", testbench=kernel.bench))
            figures = replace(figures, cycles=simulated.cycles)
        except ToolError as error:
            figures = replace(figures, failed=f"simulation: {_first_line(error)}")
    if built.lut is None and synthesis and kernel.synthesised:
        figures = _with_cells(figures, built)
    return figures


def _with_cells(figures: OtherFigures, built: BackendResult) -> OtherFigures:
    """With the cells that Yosys makes of the Verilog."""
    try:
        cells: Resources = map_design(built.rtl, YOSYS_LIMIT_S).resources
    except ToolError as error:
        failed = "; ".join(filter(None, [figures.failed, f"Yosys: {_first_line(error)}"]))
        return replace(figures, failed=failed)
    return replace(figures, lut=cells.lut, ff=cells.ff, dsp=cells.dsp)


def _first_line(error: ToolError) -> str:
    return str(error).splitlines()[0]


def other_rows(others: Sequence[OtherFigures], iterations: int) -> list[tuple[str, ...]]:
    """Cells of the benchmark's table. II: of each loop, or cycles an iteration where the compiler names none."""
    rows = []
    for one in others:
        ii = ", ".join(map(str, one.ii or ()))
        if not ii and one.cycles is not None:
            ii = f"{one.cycles / iterations:.3g}"
        seconds = "" if one.seconds is None else f"{one.seconds:.1f}"
        counts = ["" if count is None else f"{count:,}" for count in (one.verilog_lines, one.lut, one.ff, one.dsp)]
        cycles = "" if one.cycles is None else f"{one.cycles:,}"
        rows.append((f"  {one.compiler}", seconds, "", ii, cycles, "", *counts, one.failed))
    return rows

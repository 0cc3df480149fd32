"""`fpdeep hls build --backend bambu|vitis`: another compiler on the same source."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from fpdeep_gen.cli.output import Output
from fpdeep_gen.emit.resources import kernels_dir
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.backends.drivers import DRIVERS, driver_of
from fpdeep_gen.hls.backends.model import BackendResult, Job
from fpdeep_gen.hls.parts import part_of

OPEN = "open"
NAMES = (OPEN, *(driver.name for driver in DRIVERS))


def check_options(backend: str, schedule: bool, testbench: Path | None) -> None:
    """Raises InputError for options that this back end does not have."""
    problems = []
    if schedule and backend != OPEN:
        problems.append(Problem(None, None, "--schedule", f"--backend {OPEN}", backend))
    if testbench is not None and backend == OPEN:
        hint = "`fpdeep hls cosim --testbench` runs the bench against this back end's RTL"
        problems.append(Problem(None, None, "--testbench", "a --backend that simulates", OPEN, hint))
    elif testbench is not None and not driver_of(backend).simulates:
        problems.append(Problem(None, None, "--testbench", "a --backend that simulates", backend))
    if testbench is not None and not testbench.is_file():
        problems.append(Problem(testbench, None, "file", "a file", "no such file"))
    if problems:
        raise InputError(problems)


def build_elsewhere(
    output: Output,
    backend: str,
    source: Path,
    top: str,
    include_dirs: Sequence[Path],
    out: Path,
    clock_mhz: float,
    part: str,
    testbench: Path | None,
) -> None:
    """Compile with `backend` in OUT/<backend>, and say what it reports."""
    folders = tuple(dict.fromkeys([source.parent, *include_dirs, kernels_dir()]))
    job = Job(source, top, folders, out / backend, clock_mhz, part_of(part), testbench)
    result = driver_of(backend).build(job)
    title = f"{top} by {driver_of(backend).title} for {result.device} at {clock_mhz:g} MHz, by its own count"
    output.human.print(title, soft_wrap=True, markup=False)
    output.table(_table(result))
    output.human.print("\n".join(map(str, [*result.rtl, result.run.log])), soft_wrap=True, markup=False)
    output.result(
        {
            "backend": result.backend,
            "device": result.device,
            "command": list(result.run.command),
            "log": str(result.run.log),
            "rtl": list(map(str, result.rtl)),
            "cycles": result.cycles,
            "ii": None if result.ii is None else list(result.ii),
            "dsp": result.dsp,
            "lut": result.lut,
            "ff": result.ff,
            "bram36": result.bram36,
            "seconds": result.run.seconds,
        }
    )


def _table(result: BackendResult) -> Table:
    """One row; a figure that the compiler does not give is a dash."""
    table = Table()
    for heading in ("cycles", "II", "DSP", "LUT", "FF", "BRAM36", "seconds"):
        table.add_column(heading, justify="right")
    ii = None if result.ii is None else ", ".join(map(str, result.ii)) or None
    figures = (result.cycles, ii, result.dsp, result.lut, result.ff, result.bram36)
    table.add_row(*("-" if one is None else str(one) for one in figures), f"{result.run.seconds:.1f}")
    return table

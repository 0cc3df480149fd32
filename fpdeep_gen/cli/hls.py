"""`fpdeep hls`: the open back end on a single C++ kernel."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from fpdeep_gen.cli.hls_backends import NAMES, OPEN, build_elsewhere, check_options
from fpdeep_gen.cli.hls_options import kernel_options
from fpdeep_gen.cli.output import Output, current_output, json_option
from fpdeep_gen.emit.resources import kernels_dir
from fpdeep_gen.errors import ComparisonError, InputError, Problem
from fpdeep_gen.files import read_arrays, what_is_at
from fpdeep_gen.hls.compile import compile_kernel, schedule_files
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from fpdeep_gen.hls.emit.interface_report import InterfaceReport
from fpdeep_gen.hls.emit.report import KernelReport
from fpdeep_gen.hls.emit.report_text import loop_rows, report_text
from fpdeep_gen.hls.parts import part_of
from fpdeep_gen.texts import counted


@click.group()
def hls() -> None:
    """Compile and simulate a single HLS C++ kernel with the open back end."""


@hls.command()
@kernel_options
@click.option("--schedule", is_flag=True, help="Draw each pipelined loop to OUT/<top>.schedule.txt and .html.")
@click.option("--backend", type=click.Choice(NAMES), default=OPEN, show_default=True, help="Others work in OUT/NAME.")
@click.option(
    "--testbench",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="C++ with a main() that calls the top: Bambu simulates it and counts cycles.",
)
@json_option
def build(
    source: Path,
    top: str,
    include_dirs: Sequence[Path],
    out: Path,
    clock_mhz: float,
    part: str,
    auto_pipeline: bool,
    byte_tdata: bool,
    schedule: bool,
    backend: str,
    testbench: Path | None,
) -> None:
    """Compile SOURCE to OUT/<top>.sv, .json and .report.txt; the kernel library's headers are found by themselves.

    --backend bambu and vitis run that compiler, which must be installed, on the same source.
    """
    output = current_output()
    if not source.is_file():
        raise InputError([Problem(source, None, "file", "a C++ source", what_is_at(source))])
    check_options(backend, schedule, testbench)
    if backend != OPEN:
        build_elsewhere(output, backend, source, top, include_dirs, out, clock_mhz, part, testbench)
        return
    folders = [source.parent, *include_dirs, kernels_dir()]
    compiled = compile_kernel(source, top, folders, out, clock_mhz, schedule, part_of(part), auto_pipeline, byte_tdata)
    readable = out / f"{top}.report.txt"
    readable.write_text(report_text(compiled.report), encoding="utf-8")
    drawings = [str(path) for path in schedule_files(out, top)] if schedule else []
    output.table(_loops_table(compiled.report))
    if compiled.report.interface is not None:
        output.table(_ports_table(compiled.report.interface))
    for warning in compiled.report.warnings:
        output.human.print(f"warning: {warning}", style="yellow", soft_wrap=True, markup=False)
    output.human.print(
        "\n".join([str(compiled.verilog), str(compiled.report_file), str(readable), *drawings]), soft_wrap=True
    )
    output.result(
        {
            "rtl": str(compiled.verilog),
            "description": str(compiled.report_file),
            "report": str(readable),
            "schedule": drawings,
            "resources": asdict(compiled.report.resources),
            "warnings": list(compiled.report.warnings),
        }
    )


@hls.command()
@kernel_options
@click.option(
    "--stimulus",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=".npz with an array for each input: words of a stream, calls of a scalar or an array argument.",
)
@click.option(
    "--testbench",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="C++ with a main() whose calls of the top are the inputs; it must return 0.",
)
@click.option("--words", default=64, show_default=True, type=click.IntRange(min=0), help="Random words a stream.")
@click.option("--calls", default=1, show_default=True, type=click.IntRange(min=1), help="Calls with random arguments.")
@click.option("--stalls", default=0.0, show_default=True, type=click.FloatRange(0.0, 0.95), help="Chance of a stall.")
@click.option("--seed", default=1, show_default=True, help="Seed of the stalls and of random inputs.")
@json_option
def cosim(
    source: Path,
    top: str,
    include_dirs: Sequence[Path],
    out: Path,
    clock_mhz: float,
    part: str,
    auto_pipeline: bool,
    byte_tdata: bool,
    stimulus: Path | None,
    testbench: Path | None,
    words: int,
    calls: int,
    stalls: float,
    seed: int,
) -> None:
    """Run SOURCE natively and its RTL in Verilator on the same inputs, and compare everything that comes out.

    Without --stimulus and --testbench the inputs are random.
    """
    output = current_output()
    _check_files(source, testbench, stimulus)
    done = cosimulate(
        source,
        top,
        out,
        include_dirs=[source.parent, *include_dirs, kernels_dir()],
        stimulus=None if stimulus is None else read_arrays(stimulus, "an .npz file of integers", "--stimulus"),
        testbench=testbench,
        words=words,
        calls=calls,
        stalls=stalls,
        seed=seed,
        clock_mhz=clock_mhz,
        part=part_of(part),
        auto_pipeline=auto_pipeline,
        byte_tdata=byte_tdata,
        lenient=True,
    )
    _tell(output, done)


def _tell(output: Output, done: Cosimulation) -> None:
    """Shows a co-simulation's outcome. Raises `ComparisonError` where the RTL differs or the bench has failed."""
    if done.printed:
        output.human.print(done.printed.rstrip(), markup=False, soft_wrap=True)
    output.result(
        {
            "equal": done.equal,
            "compared": dict(done.compared),
            "calls": done.calls,
            "cycles": done.cycles,
            "latencies": list(done.latencies),
            "differences": list(done.differences),
            "undefined": dict(done.undefined),
            "unsteady": list(done.unsteady),
            "bench_code": done.bench_code,
        }
    )
    if done.bench_code:
        raise ComparisonError("\n".join([f"the test bench returned {done.bench_code}", *done.differences]))
    if done.differences:
        raise ComparisonError("\n".join(done.differences))
    called = ""
    if done.latencies:
        called = f"{counted(done.calls, 'call')}, latency {min(done.latencies)} to {max(done.latencies)}, "
    output.human.print(f"equal: {sum(done.compared.values()):,} integers and words, {called}{done.cycles:,} cycles")
    if done.undefined:
        places = ", ".join(f"{count:,} of {name}" for name, count in done.undefined.items())
        text = f"warning: not compared, as they follow from variables that are read before they are set: {places}"
        output.human.print(text, style="yellow")
    if done.unsteady:
        text = f"warning: results depend on when words come; equal without random stalls of {', '.join(done.unsteady)}"
        output.human.print(text, style="yellow")
    if not any(done.compared.values()):
        text = "warning: nothing came out that could be compared; give inputs with --testbench or --stimulus"
        output.human.print(text, style="yellow")


def _check_files(source: Path, *others: Path | None) -> None:
    missing = [path for path in (source, *others) if path is not None and not path.is_file()]
    if missing:
        raise InputError([Problem(path, None, "file", "a file", what_is_at(path)) for path in missing])
    if all(path is not None for path in others):
        raise InputError([Problem(None, None, "--testbench", "it or --stimulus", "both")])


def _ports_table(interface: InterfaceReport) -> Table:
    """One row an argument: how it is reached, and where its registers are."""
    registers = {one.name: f"{one.address:#04x}" for one in interface.registers}
    control = f"{interface.control}{' in s_axilite registers' if interface.control_lite else ''}"
    table = Table(title=f"arguments, {control}", title_justify="left")
    for heading in ("argument", "direction", "protocol", "layout", "register"):
        table.add_column(heading)
    for one in (*interface.arguments, *interface.offsets):
        places = [registers[name] for name in (one.name, f"{one.name}_i", f"{one.name}_o") if name in registers]
        register = ", ".join(places) if one.protocol == "s_axilite" else ""
        table.add_row(one.name, one.direction, one.protocol, escape(one.layout), register)
    return table


def _loops_table(report: KernelReport) -> Table:
    """One row a loop: the interval asked for and reached, iterations, cycles, and what held it back."""
    found = report.resources
    estimate = f"DSP {found.dsp}, BRAM36 {found.bram36:g}, LUT {found.lut}, FF {found.ff}"
    estimate += f", URAM {found.uram}" if found.uram else ""
    table = Table(
        title=f"{report.top} for {report.part} at {report.clock_mhz:g} MHz, estimate: {estimate}", title_justify="left"
    )
    for heading in ("process", "loop"):
        table.add_column(heading)
    for heading in ("II asked", "II", "depth", "trip count", "latency"):
        table.add_column(heading, justify="right")
    table.add_column("limit")
    for row in loop_rows(report):
        table.add_row(*(escape(cell) for cell in row))
    return table

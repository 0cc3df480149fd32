"""`fpdeep hls`: the open back end on a single C++ kernel."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar, cast

import click
from rich.markup import escape
from rich.table import Table

from fpdeep_gen.cli.hls_backends import NAMES, OPEN, build_elsewhere, check_options
from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.emit.resources import kernels_dir
from fpdeep_gen.errors import ComparisonError, InputError, Problem
from fpdeep_gen.files import read_arrays, what_is_at
from fpdeep_gen.hls.compile import compile_kernel, schedule_files
from fpdeep_gen.hls.config import read_component
from fpdeep_gen.hls.cosim import cosimulate
from fpdeep_gen.hls.emit.interface_report import InterfaceReport
from fpdeep_gen.hls.emit.report import KernelReport
from fpdeep_gen.hls.emit.report_text import loop_rows, report_text
from fpdeep_gen.hls.parts import DEFAULT_PART, part_of
from fpdeep_gen.report.words import counted

DEFAULT_CLOCK_MHZ = 200.0
FASTEST_CLOCK_MHZ = 1000.0  # more than any global clock of the 7 series and UltraScale+: another unit was meant

Function = TypeVar("Function", bound=Callable[..., Any])


@click.group()
def hls() -> None:
    """Compile and simulate a single HLS C++ kernel with the open back end."""


def kernel_options(function: Function) -> Function:
    """SOURCE --top NAME -I DIR -o OUT --clock-mhz MHZ --part PART, or --config FILE for what it says of these; and
    --no-auto-pipeline, --byte-tdata.

    `function` gets source, top, include_dirs, out, clock_mhz and part; and the bench where it takes a stimulus too.
    """
    folder = click.Path(path_type=Path, file_okay=False)
    clock = f"[default: {DEFAULT_CLOCK_MHZ:g}]"
    options = (
        click.argument("source", metavar="SOURCE", required=False, type=click.Path(path_type=Path)),
        click.option(
            "--config",
            metavar="FILE",
            type=click.Path(path_type=Path, dir_okay=False),
            help="hls_config.cfg: source, top, clock, part, test bench and directives.",
        ),
        click.option("--top", help="Name of the top function, and of the module."),
        click.option("-I", "include_dirs", multiple=True, metavar="DIR", type=folder, help="More header folders."),
        click.option("-o", "--out", "out", metavar="OUT", default="build/hls", show_default=True, type=folder),
        click.option("--clock-mhz", type=click.FloatRange(1.0, FASTEST_CLOCK_MHZ), help=clock),
        click.option("--part", help=f"xc7, xcup, or a device of these.  [default: {DEFAULT_PART.name}]"),
        click.option(
            "--auto-pipeline/--no-auto-pipeline",
            default=True,
            show_default=True,
            help="Pipeline innermost loops without PIPELINE where that is faster.",
        ),
        click.option("--byte-tdata", is_flag=True, help="TDATA of whole bytes, as tools that pack IP want it."),
    )

    @functools.wraps(function)
    def resolved(
        *,
        source: Path | None,
        config: Path | None,
        top: str | None,
        include_dirs: Sequence[Path],
        clock_mhz: float | None,
        part: str | None,
        out: Path,
        **others: object,
    ) -> object:
        if config is not None and source is not None:
            raise InputError([Problem(None, None, "--config", "it or SOURCE", "both")])
        if config is not None:
            component = read_component(config, top)
            for warning in component.warnings:
                current_output().human.print(f"warning: {warning}", style="yellow", soft_wrap=True, markup=False)
            source, top = component.source(out), component.top
            include_dirs = [*include_dirs, *component.include_dirs]
            clock_mhz, part = clock_mhz or component.clock_mhz, part or component.part
            if "stimulus" in others and others["stimulus"] is None and others["testbench"] is None:
                others["testbench"] = component.testbench(out)
        if source is None or top is None:
            missing = [name for name, value in (("SOURCE", source), ("--top", top)) if value is None]
            raise InputError([Problem(None, None, name, "it, or --config", "neither") for name in missing])
        absent = [folder for folder in include_dirs if not folder.is_dir()]
        if absent:
            raise InputError([Problem(folder, None, "-I", "a folder", "no such folder") for folder in absent])
        clock_mhz, part = clock_mhz or DEFAULT_CLOCK_MHZ, part or DEFAULT_PART.name
        kernel = {"source": source, "top": top, "include_dirs": include_dirs, "clock_mhz": clock_mhz, "part": part}
        return function(**kernel, out=out, **others)

    command: Any = resolved
    for option in options:
        command = option(command)
    return cast(Function, command)


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

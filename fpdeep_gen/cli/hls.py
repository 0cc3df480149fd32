"""`fpdeep hls`: the open back end on a single C++ kernel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.table import Table

from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.emit.resources import kernels_dir
from fpdeep_gen.errors import ComparisonError, InputError, Problem
from fpdeep_gen.hls.compile import CompiledKernel, compile_kernel
from fpdeep_gen.hls.cosim import cosimulate, read_words, write_words
from fpdeep_gen.hls.emit.report import KernelReport, PortReport

DEFAULT_CLOCK_MHZ = 200.0
FIRST_DIFFERENCES = 5

Function = TypeVar("Function", bound=Callable[..., Any])


@click.group()
def hls() -> None:
    """Compile and simulate a single HLS C++ kernel with the open back end."""


def kernel_options(function: Function) -> Function:
    """SOURCE --top NAME -I DIR -o OUT --clock-mhz MHZ."""
    folder = click.Path(path_type=Path, file_okay=False)
    options = (
        click.argument("source", metavar="SOURCE", type=click.Path(path_type=Path)),
        click.option("--top", required=True, help="Name of the top function, and of the module."),
        click.option("-I", "include_dirs", multiple=True, metavar="DIR", type=folder, help="More header folders."),
        click.option("-o", "--out", "out", metavar="OUT", required=True, type=folder, help="Output folder."),
        click.option("--clock-mhz", default=DEFAULT_CLOCK_MHZ, show_default=True, type=click.FloatRange(min=1.0)),
    )
    for option in options:
        function = option(function)
    return function


@hls.command()
@kernel_options
@json_option
def build(source: Path, top: str, include_dirs: Sequence[Path], out: Path, clock_mhz: float) -> None:
    """Compile SOURCE to OUT/<top>.sv and OUT/<top>.json; the kernel library's headers are found by themselves."""
    output = current_output()
    compiled = _compile(source, top, include_dirs, out, clock_mhz)
    output.human.print(_loops_table(compiled.report))
    for warning in compiled.report.warnings:
        output.human.print(f"warning: {warning}", style="yellow", soft_wrap=True, markup=False)
    output.human.print(f"{compiled.verilog}\n{compiled.report_file}", soft_wrap=True)
    output.result(
        {
            "rtl": str(compiled.verilog),
            "description": str(compiled.report_file),
            "resources": asdict(compiled.report.resources),
            "warnings": list(compiled.report.warnings),
        }
    )


@hls.command()
@kernel_options
@click.option(
    "--inputs",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Word files <stream>.bin of the input streams (little-endian uint32, ceil(bits/32) of them a word).",
)
@click.option(
    "--expected",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Word files of the output streams, to compare with.",
)
@click.option("--stalls", default=0.0, show_default=True, type=click.FloatRange(0.0, 0.95), help="Chance of a stall.")
@click.option("--seed", default=1, show_default=True, help="Seed of the stalls.")
@json_option
def cosim(
    source: Path,
    top: str,
    include_dirs: Sequence[Path],
    out: Path,
    clock_mhz: float,
    inputs: Path,
    expected: Path,
    stalls: float,
    seed: int,
) -> None:
    """Compile SOURCE, simulate the RTL on word files with random stalls, and compare what comes out, word by word.

    OUT gets the words that came, <stream>.bin each.
    """
    output = current_output()
    compiled = _compile(source, top, include_dirs, out, clock_mhz)
    given = _words_of(inputs, [port for port in compiled.report.ports if port.is_input])
    wanted = _words_of(expected, [port for port in compiled.report.ports if not port.is_input])
    counts = {name: len(words) for name, words in wanted.items()}
    done = cosimulate(compiled, given, counts, stalls, seed)
    for port in compiled.report.ports:
        if not port.is_input:
            write_words(out / f"{port.name}.bin", done.outputs[port.name], port.width)
    _require_equal(wanted, done.outputs)
    output.human.print(f"equal: {sum(counts.values()):,} words, {done.cycles:,} cycles")
    output.result({"equal": True, "words": counts, "cycles": done.cycles})


def _compile(source: Path, top: str, include_dirs: Sequence[Path], out: Path, clock_mhz: float) -> CompiledKernel:
    if not source.is_file():
        raise InputError([Problem(source, None, "file", "a C++ source", "no such file")])
    return compile_kernel(source, top, [source.parent, *include_dirs, kernels_dir()], out, clock_mhz)


def _words_of(folder: Path, ports: Sequence[PortReport]) -> dict[str, list[int]]:
    """Words of each port's file. Raises `InputError` naming every file that is missing or cut short."""
    problems: list[Problem] = []
    for port in ports:
        path = folder / f"{port.name}.bin"
        word_bytes = 4 * -(-port.width // 32)
        if not path.is_file():
            problems.append(Problem(path, None, "file", f"words of stream {port.name}", "no such file"))
        elif path.stat().st_size % word_bytes:
            whole = f"whole words of {word_bytes} bytes ({port.width} bits)"
            problems.append(Problem(path, None, "size", whole, f"{path.stat().st_size} bytes"))
    if problems:
        raise InputError(problems)
    return {port.name: read_words(folder / f"{port.name}.bin", port.width) for port in ports}


def _require_equal(wanted: Mapping[str, Sequence[int]], found: Mapping[str, Sequence[int]]) -> None:
    lines: list[str] = []
    for name, words in wanted.items():
        if len(found[name]) != len(words):
            lines.append(f"{name}: expected {len(words)} words, found {len(found[name])}")
        pairs = enumerate(zip(words, found[name], strict=False))
        wrong = [(index, want, got) for index, (want, got) in pairs if want != got]
        lines += [
            f"{name}[{index}]: expected {want:#x}, found {got:#x}" for index, want, got in wrong[:FIRST_DIFFERENCES]
        ]
        if len(wrong) > FIRST_DIFFERENCES:
            lines.append(f"{name}: {len(wrong)} of {len(words)} words differ")
    if lines:
        raise ComparisonError("\n".join(lines))


def _loops_table(report: KernelReport) -> Table:
    """One row a pipelined region: the interval asked for and reached, depth, and what held it back."""
    found = report.resources
    estimate = f"DSP {found.dsp}, BRAM36 {found.bram36:g}, LUT {found.lut}, FF {found.ff}"
    table = Table(title=f"{report.top} at {report.clock_mhz:g} MHz, estimate: {estimate}", title_justify="left")
    for heading in ("process", "region"):
        table.add_column(heading)
    for heading in ("II asked", "II", "depth"):
        table.add_column(heading, justify="right")
    table.add_column("limit")
    for process in report.processes:
        for region in process.regions:
            asked = "" if region.requested_ii is None else str(region.requested_ii)
            table.add_row(process.name, region.name, asked, str(region.ii), str(region.depth), region.limit)
    return table

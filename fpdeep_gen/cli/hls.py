"""`fpdeep hls`: the open back end on a single C++ kernel."""

from collections.abc import Sequence
from pathlib import Path

import click

from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.emit.resources import kernels_dir
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.compile import compile_kernel

DEFAULT_CLOCK_MHZ = 200.0


@click.group()
def hls() -> None:
    """Compile a single HLS C++ kernel with the open back end."""


@hls.command()
@click.argument("source", metavar="SOURCE", type=click.Path(path_type=Path))
@click.option("--top", required=True, help="Name of the top function, and of the module.")
@click.option(
    "-I", "include_dirs", multiple=True, metavar="DIR", type=click.Path(path_type=Path), help="More header folders."
)
@click.option("-o", "--out", "out", metavar="OUT", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--clock-mhz", default=DEFAULT_CLOCK_MHZ, show_default=True, type=click.FloatRange(min=1.0))
@json_option
def build(source: Path, top: str, include_dirs: Sequence[Path], out: Path, clock_mhz: float) -> None:
    """Compile SOURCE to OUT/<top>.sv and OUT/<top>.json; the kernel library's headers are found by themselves."""
    output = current_output()
    _require_source(source)
    out.mkdir(parents=True, exist_ok=True)
    compile_kernel(source, top, [source.parent, *include_dirs, kernels_dir()], out, clock_mhz)
    output.human.print(f"{out / f'{top}.sv'}\n{out / f'{top}.json'}")
    output.result({"rtl": str(out / f"{top}.sv"), "description": str(out / f"{top}.json")})


def _require_source(source: Path) -> None:
    if not source.is_file():
        raise InputError([Problem(source, None, "file", "a C++ source", "no such file")])

"""What the commands of `fpdeep hls` take alike: a source and its top, or a configuration, and how to build it."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from fpdeep_gen.cli.output import current_output
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.config import read_component
from fpdeep_gen.hls.parts import DEFAULT_PART

DEFAULT_CLOCK_MHZ = 200.0
FASTEST_CLOCK_MHZ = 1000.0  # more than any global clock of the 7 series and UltraScale+: another unit was meant

Function = TypeVar("Function", bound=Callable[..., Any])

_FOLDER = click.Path(path_type=Path, file_okay=False)
_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.argument("source", metavar="SOURCE", required=False, type=click.Path(path_type=Path)),
    click.option(
        "--config",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        help="hls_config.cfg: source, top, clock, part, test bench and directives.",
    ),
    click.option("--top", help="Name of the top function, and of the module."),
    click.option("-I", "include_dirs", multiple=True, metavar="DIR", type=_FOLDER, help="More header folders."),
    click.option("-o", "--out", "out", metavar="OUT", default="build/hls", show_default=True, type=_FOLDER),
    click.option(
        "--clock-mhz",
        type=click.FloatRange(1.0, FASTEST_CLOCK_MHZ),
        help=f"[default: {DEFAULT_CLOCK_MHZ:g}]",
    ),
    click.option("--part", help=f"xc7, xcup, or a device of these.  [default: {DEFAULT_PART.name}]"),
    click.option(
        "--auto-pipeline/--no-auto-pipeline",
        default=True,
        show_default=True,
        help="Pipeline innermost loops without PIPELINE where that is faster.",
    ),
    click.option("--byte-tdata", is_flag=True, help="TDATA of whole bytes, as tools that pack IP want it."),
)


def kernel_options(function: Function) -> Function:
    """SOURCE --top NAME -I DIR -o OUT --clock-mhz MHZ --part PART, or --config FILE for what it says of these; and
    --no-auto-pipeline, --byte-tdata.

    `function` gets source, top, include_dirs, out, clock_mhz and part; and the bench where it takes a stimulus too.
    """

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
        _require_folders(include_dirs)
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
        clock_mhz, part = clock_mhz or DEFAULT_CLOCK_MHZ, part or DEFAULT_PART.name
        kernel = {"source": source, "top": top, "include_dirs": include_dirs, "clock_mhz": clock_mhz, "part": part}
        return function(**kernel, out=out, **others)

    command: Any = resolved
    for option in reversed(_OPTIONS):  # as decorators in a row, so that --help has their order
        command = option(command)
    return cast(Function, command)


def _require_folders(include_dirs: Sequence[Path]) -> None:
    """Of the command line alone: a component's configuration may name folders that only its vendor's tool has."""
    absent = [folder for folder in include_dirs if not folder.is_dir()]
    if absent:
        raise InputError([Problem(folder, None, "-I", "a folder", "no such folder") for folder in absent])

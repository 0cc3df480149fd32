"""`fpdeep synth`: resources of each board's RTL by synthesis with Yosys, beside the estimates and the board."""

from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from fpdeep_gen.cli.options import folder_argument, jobs_option
from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.cli.steps import STATE_FOLDER, quoted
from fpdeep_gen.cli.workflow import read_plan
from fpdeep_gen.errors import InputError, Problem, ToolError
from fpdeep_gen.hls.compile import CompiledKernel
from fpdeep_gen.hls.emit.report import KernelReport
from fpdeep_gen.hls.synthesis.estimate import UNIT_LIMIT_S, TopFigures, estimate
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.report.figures import BoardRow, board_rows

FIGURES_FILE = "synthesis.json"
_RESOURCES = (("DSP", "dsp"), ("BRAM36", "bram36"), ("LUT", "lut"), ("FF", "ff"))


@click.command()
@folder_argument
@click.option("--board", "boards", multiple=True, type=click.IntRange(min=0), help="Only this board (repeatable).")
@click.option(
    "--limit-s",
    default=UNIT_LIMIT_S,
    show_default=True,
    type=click.FloatRange(min=0.1),
    help="Seconds for one process; one that takes longer is named and left out of the sums.",
)
@jobs_option
@json_option
def synth(out: Path, boards: tuple[int, ...], limit_s: float, jobs: int) -> None:
    """Map the RTL of the boards in OUT for a 7-series part with Yosys: OUT/board_<b>/synthesis.json.

    Each process, and each FIFO of one shape, is synthesised once and kept by content. No place and route.
    """
    output = current_output()
    plan = read_plan(out)
    numbers = boards or range(len(plan.cluster.boards))
    kernels = [_kernel(out, plan, board) for board in numbers]
    with output.progress() as progress:
        task = progress.add_task("synthesis", total=None)
        cache = out / STATE_FOLDER / "synthesis"
        found = estimate(
            kernels, cache, jobs, limit_s, lambda done, total: progress.update(task, completed=done, total=total)
        )
    for board, top in zip(numbers, found, strict=True):
        (out / f"board_{board}" / FIGURES_FILE).write_text(top.to_json(), encoding="utf-8")
        output.table(_table(board_rows(plan)[board], top))
    missing = [f"{top.top}: {part.name}: {part.reason}" for top in found for part in top.missing]
    if missing:
        raise ToolError("no figures for these parts, which the sums above lack:\n  " + "\n  ".join(missing))
    output.result({"boards": [_document(out, board, top) for board, top in zip(numbers, found, strict=True)]})


def _kernel(out: Path, plan: Plan, board: int) -> CompiledKernel:
    """The compiled board. Raises `InputError` where it is not there."""
    if board >= len(plan.cluster.boards):
        raise InputError(
            [Problem(None, None, "--board", f"a board of the chain, 0 to {len(plan.cluster.boards) - 1}", str(board))]
        )
    report_file = out / f"board_{board}" / "rtl" / f"board_{board}.json"
    verilog = report_file.with_suffix(".sv")
    for path in (report_file, verilog):
        if not path.is_file():
            hint = f"make it with `fpdeep rtl {quoted(out)}`"
            raise InputError([Problem(path, None, "file", "compiled RTL", "no such file", hint)])
    try:
        report = KernelReport.from_json(report_file.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError) as error:
        hint = f"make it again with `fpdeep rtl {quoted(out)} --force`"
        raise InputError(
            [Problem(report_file, None, "file", "the description of compiled RTL", repr(error), hint)]
        ) from error
    return CompiledKernel(report.top, verilog, report_file, report)


def _table(row: BoardRow, top: TopFigures) -> Table:
    """Resources down; across: the board, Yosys, the compiler's quick model, the plan."""
    complete = "" if not top.missing else f", without {len(top.missing)} parts"
    table = Table(title=f"Board {row.board}, {row.name}", title_justify="left")
    table.add_column("")
    for heading in ("board has", f"Yosys{complete}", "of the board", "compiler's model", "plan"):
        table.add_column(heading, justify="right")
    for title, name in _RESOURCES:
        planned = getattr(row, name)
        found, modelled = getattr(top.synthesised, name), getattr(top.modelled, name)
        cells = (f"{planned.available:,.0f}", f"{found:,g}", f"{found / planned.available:.1%}")
        table.add_row(title, *cells, f"{modelled:,g}", f"{planned.amount:,g}")
    return table


def _document(out: Path, board: int, top: TopFigures) -> dict[str, object]:
    return {
        "board": board,
        "file": str(out / f"board_{board}" / FIGURES_FILE),
        "synthesised": asdict(top.synthesised),
        "modelled": asdict(top.modelled),
    }

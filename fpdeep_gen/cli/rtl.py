"""`fpdeep rtl`: each board's C++ to SystemVerilog, with the open back end."""

from pathlib import Path

import click

from fpdeep_gen.cli.options import folder_argument, force_option, jobs_option
from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.cli.steps import Done
from fpdeep_gen.cli.workflow import read_plan, rtl_steps


@click.command()
@folder_argument
@jobs_option
@force_option
@json_option
def rtl(out: Path, jobs: int, force: bool) -> None:
    """Compile the generated C++ of every board in OUT to OUT/board_<b>/rtl."""
    output = current_output()
    decided = read_plan(out)
    with output.progress() as progress:
        task = progress.add_task("rtl", total=len(decided.cluster.boards))
        done = rtl_steps(out, decided, force, jobs, lambda _: progress.advance(task))
    for one in done:
        output.human.print(f"{one.name}: {'up to date' if one.skipped else f'{one.seconds:.1f} s'}")
    output.result({"boards": [_document(out, board, one) for board, one in enumerate(done)]})


def _document(out: Path, board: int, done: Done) -> dict[str, object]:
    folder = out / f"board_{board}" / "rtl"
    return {
        "rtl": str(folder / f"board_{board}.sv"),
        "description": str(folder / f"board_{board}.json"),
        "skipped": done.skipped,
        "seconds": done.seconds,
    }

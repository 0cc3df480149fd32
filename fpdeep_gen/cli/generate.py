"""`fpdeep generate`: the HLS C++ project of every board."""

from pathlib import Path

import click

from fpdeep_gen.cli.options import folder_argument, force_option
from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.cli.workflow import generate_step, read_plan


@click.command()
@folder_argument
@force_option
@json_option
def generate(out: Path, force: bool) -> None:
    """Generate each board's C++, Makefile and link configuration from OUT/plan.json."""
    output = current_output()
    decided = read_plan(out)
    done = generate_step(out, decided, force)
    boards = [str(out / f"board_{board}") for board in range(len(decided.cluster.boards))]
    output.human.print(f"{'up to date' if done.skipped else 'generated'}: {', '.join(boards)}")
    output.result({"boards": boards, "skipped": done.skipped, "seconds": done.seconds})

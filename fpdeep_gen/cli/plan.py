"""`fpdeep plan`: decides everything, without a vendor tool."""

from pathlib import Path

import click

from fpdeep_gen.cli.options import cluster_option, force_option, network_argument, out_option
from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.cli.workflow import PLAN_FILE, load_inputs, plan_step
from fpdeep_gen.report.document import plan_document
from fpdeep_gen.report.tables import boards_table, links_table, prediction_text


@click.command()
@network_argument
@cluster_option
@out_option
@force_option
@json_option
def plan(network_path: Path, cluster_path: Path, out: Path, force: bool) -> None:
    """Plan NETWORK on a cluster: OUT/plan.json, the only thing that generation reads."""
    output = current_output()
    decided, done = plan_step(out, *load_inputs(network_path, cluster_path), force)
    output.human.print(boards_table(decided, None))
    if decided.links:
        output.human.print(links_table(decided, None))
    output.human.print(prediction_text(decided))
    output.result(
        {"plan": str(out / PLAN_FILE), "skipped": done.skipped, "seconds": done.seconds, **plan_document(decided)}
    )

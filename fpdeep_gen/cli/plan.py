"""`fpdeep plan`: decides everything, without a vendor tool."""

from pathlib import Path

import click

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.cli.options import (
    boards_option,
    cluster_option,
    energy_option,
    force_option,
    network_argument,
    out_option,
)
from fpdeep_gen.cli.output import Output, current_output, json_option
from fpdeep_gen.cli.steps import Done
from fpdeep_gen.cli.verification import read_origin
from fpdeep_gen.cli.workflow import PLAN_FILE, balanced_step, further_link, load_inputs, plan_step, unreachable
from fpdeep_gen.energy.estimate import plan_energy
from fpdeep_gen.energy.model import EnergyModel
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.report.balanced import balanced_document, balanced_table, balanced_text
from fpdeep_gen.report.document import plan_document
from fpdeep_gen.report.html import report_html
from fpdeep_gen.report.plan_page import plan_html
from fpdeep_gen.report.plan_times import plan_trace
from fpdeep_gen.report.tables import boards_table, links_table, prediction_text
from fpdeep_gen.report.timeline import timeline_json
from fpdeep_gen.texts import counted

PLAN_PAGE, PLAN_TRACE = "plan.html", "plan_timeline.json"


@click.command()
@network_argument
@cluster_option
@out_option
@boards_option
@click.option(
    "--planner",
    type=click.Choice(["auto", "exact", "balanced"]),
    default="auto",
    show_default=True,
    help="exact: what can be generated, word by word; balanced: large networks; auto: exact where it can.",
)
@click.option(
    "--fill",
    metavar="IMAGES",
    type=click.FloatRange(min=1),
    help="Of a balanced plan: intervals that an image may take at most, from first pixel to last gradient.",
)
@energy_option
@force_option
@json_option
def plan(
    network_path: Path,
    cluster_path: Path,
    out: Path,
    boards: int | None,
    planner: str,
    fill: float | None,
    model: EnergyModel,
    force: bool,
) -> None:
    """Plan NETWORK on a cluster: OUT/plan.json, the only thing that generation reads.

    OUT/plan.html shows it, OUT/plan_timeline.json has one mini-batch as a Chrome trace.
    """
    output = current_output()
    network, cluster = load_inputs(network_path, cluster_path, for_training=planner == "exact", boards=boards)
    beyond = unreachable(network, cluster) if planner == "auto" else []
    if planner == "balanced" or beyond:
        if beyond:
            more = f" (and {counted(len(beyond) - 1, 'further reason')})" if beyond[1:] else ""
            output.human.print(f"a balanced plan, which cannot be generated yet: {beyond[0]}{more}", soft_wrap=True)
        decided, done = balanced_step(out, network, cluster, force, further_link(cluster_path), fill)
        _balanced(output, out, decided, done, model)
    elif fill is not None:
        hint = "with --planner balanced"
        raise InputError([Problem(None, None, "--fill", "a balanced plan", "an exact one", hint)])
    else:
        _exact(output, out, network, cluster, force)


def _exact(output: Output, out: Path, network: Network, cluster: Cluster, force: bool) -> None:
    decided, done = plan_step(out, network, cluster, force)
    (out / PLAN_PAGE).write_text(report_html(decided, None, read_origin(out)), encoding="utf-8")
    (out / PLAN_TRACE).write_text(timeline_json(decided, None), encoding="utf-8")
    output.table(boards_table(decided, None))
    if decided.links:
        output.table(links_table(decided, None))
    output.human.print(prediction_text(decided))
    output.human.print(f"picture: {out / PLAN_PAGE}", soft_wrap=True)
    output.result(_result(out, done) | plan_document(decided))


def _balanced(output: Output, out: Path, decided: BalancedPlan, done: Done, model: EnergyModel) -> None:
    output.table(balanced_table(decided))
    energy = plan_energy(decided, model)
    (out / PLAN_PAGE).write_text(plan_html(decided, energy, PLAN_TRACE), encoding="utf-8")
    (out / PLAN_TRACE).write_text(plan_trace(decided), encoding="utf-8")
    output.human.print(balanced_text(decided, energy))
    output.human.print(f"picture: {out / PLAN_PAGE}", soft_wrap=True)
    output.result(_result(out, done) | balanced_document(decided, energy))


def _result(out: Path, done: Done) -> dict[str, object]:
    files = {"plan": str(out / PLAN_FILE), "page": str(out / PLAN_PAGE), "timeline": str(out / PLAN_TRACE)}
    return files | {"skipped": done.skipped, "seconds": done.seconds}

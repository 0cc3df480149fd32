"""`fpdeep sweep`: how training scales with the boards, where the curve has its knee, and what limits each point."""

import json
import re
from pathlib import Path

import click

from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.cli.options import (
    cluster_option,
    energy_option,
    force_option,
    jobs_option,
    network_argument,
    out_option,
)
from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.cli.sweeping import plan_points
from fpdeep_gen.cli.workflow import load_inputs
from fpdeep_gen.energy.model import EnergyModel
from fpdeep_gen.partition.way_out import MOST_BOARDS
from fpdeep_gen.report.sweep import knee_text, most_text, reasons, sweep_document, sweep_table
from fpdeep_gen.report.sweep_page import sweep_html

SWEEP_FILE, SWEEP_PAGE = "sweep.json", "sweep.html"


class Counts(click.ParamType[range]):
    """Numbers of boards: A, A:B or A:B:STEP, both ends included."""

    name = "numbers"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> range:
        """The numbers as a range; fails with what is expected."""
        if isinstance(value, range):
            return value
        found = re.fullmatch(r"(\d+)(?::(\d+)(?::(\d+))?)?", str(value))
        if found is None:
            self.fail(f"expected A, A:B or A:B:STEP, found {value!r}", param, ctx)
        first, last, step = (None if part is None else int(part) for part in found.groups())
        assert first is not None
        last = first if last is None else last
        if not 1 <= first <= last <= MOST_BOARDS or step == 0:
            self.fail(f"expected 1 <= A <= B <= {MOST_BOARDS} and a STEP of at least 1, found {value!r}", param, ctx)
        return range(first, last + 1, step or 1)


@click.command()
@network_argument
@cluster_option
@out_option
@click.option(
    "-n",
    "counts",
    metavar="A:B[:STEP]",
    required=True,
    type=Counts(),
    help=f"Numbers of boards, both ends included, up to {MOST_BOARDS}.",
)
@jobs_option
@click.option("--scheduler", metavar="ADDRESS", help="Plan on the workers of the Dask cluster there (tcp://HOST:PORT).")
@energy_option
@force_option
@json_option
def sweep(
    network_path: Path,
    cluster_path: Path,
    out: Path,
    counts: range,
    jobs: int,
    scheduler: str | None,
    model: EnergyModel,
    force: bool,
) -> None:
    """Plan NETWORK on chains of A, A+STEP, ... B boards: OUT/sweep.json, and the scaling curve in OUT/sweep.html.

    Points that are up to date are not planned again, also after an interruption. A number of boards that is too small
    is a point too, with the reason.
    """
    output = current_output()
    network, cluster = load_inputs(network_path, cluster_path, for_training=False, boards=counts[0])
    clusters = {boards: load_cluster(cluster_path, boards) for boards in counts}
    with output.progress() as progress:
        task = progress.add_task("plans", total=len(clusters))
        points, made = plan_points(
            out, network, clusters, model, jobs, force, scheduler, lambda _: progress.advance(task)
        )
    document = sweep_document(network.name, cluster.name, points)
    (out / SWEEP_FILE).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (out / SWEEP_PAGE).write_text(sweep_html(network.name, cluster.name, points), encoding="utf-8")
    output.table(sweep_table(points))
    for line in reasons(points):
        output.human.print(line, soft_wrap=True)
    for line in (knee_text(points), most_text(points)):
        if line:
            output.human.print(line, soft_wrap=True)
    output.human.print(f"{made} of {len(points)} points planned; curve: {out / SWEEP_PAGE}")
    output.result(document | {"planned": made, "page": str(out / SWEEP_PAGE)})

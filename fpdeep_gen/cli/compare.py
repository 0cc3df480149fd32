"""`fpdeep compare`: a plan beside other ways to train the same network on the same boards."""

import json
from pathlib import Path

import click

from fpdeep_gen.baseline.cost import work_bound
from fpdeep_gen.cli.options import (
    boards_option,
    cluster_option,
    energy_option,
    force_option,
    network_argument,
    out_option,
)
from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.cli.workflow import balanced_step, further_link, load_inputs
from fpdeep_gen.energy.model import EnergyModel
from fpdeep_gen.report.comparison import comparison_document, comparison_notes, comparison_rows, comparison_table
from fpdeep_gen.report.comparison_page import comparison_html

COMPARE_FILE, COMPARE_PAGE = "compare.json", "compare.html"


@click.command()
@network_argument
@cluster_option
@out_option
@boards_option
@energy_option
@force_option
@json_option
def compare(
    network_path: Path, cluster_path: Path, out: Path, boards: int | None, model: EnergyModel, force: bool
) -> None:
    """Compare a balanced plan of NETWORK with pipelines of whole layers, PipeDream, data-parallel SGD and GPUs.

    Makes OUT/plan.json where it is not there yet, OUT/compare.json and OUT/compare.html.
    """
    output = current_output()
    network, cluster = load_inputs(network_path, cluster_path, for_training=False, boards=boards)
    plan, _ = balanced_step(out, network, cluster, force, further_link(cluster_path), fill=None)
    rows = comparison_rows(plan, model)
    document = comparison_document(plan, rows)
    bound = work_bound(network, cluster)
    (out / COMPARE_FILE).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (out / COMPARE_PAGE).write_text(comparison_html(plan, rows, bound), encoding="utf-8")
    title = f"{network.name} on {len(cluster.boards)} boards of {cluster.name}: work bound {bound:,.1f} images/s"
    output.table(comparison_table(title, rows))
    for note in comparison_notes(rows):
        output.human.print(note, soft_wrap=True)
    output.human.print(
        f"predictions and estimates (W and GOP/J too; GPUs: published rates, board power by data sheet); "
        f"page: {out / COMPARE_PAGE}",
        soft_wrap=True,
    )
    output.result(document | {"page": str(out / COMPARE_PAGE)})

"""`fpdeep check`: reads network and cluster and shows what they say."""

from pathlib import Path

import click

from fpdeep_gen.board.schema import MOST_BOARDS
from fpdeep_gen.cli.options import network_argument
from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.cli.workflow import load_inputs, read_network
from fpdeep_gen.report.network import cluster_table, formats_text, network_document, network_table


@click.command()
@network_argument
@click.option(
    "--cluster", "cluster_path", metavar="CLUSTER", type=click.Path(path_type=Path), help="Check the cluster too."
)
@click.option(
    "-n",
    "boards",
    metavar="N",
    type=click.IntRange(1, MOST_BOARDS),
    help="N boards, whatever the cluster says.",
)
@json_option
def check(network_path: Path, cluster_path: Path | None, boards: int | None) -> None:
    """Check NETWORK (and a cluster): shapes, work and weights of each layer."""
    output = current_output()
    if cluster_path is None:
        network = read_network(network_path)
        output.human.print(network_table(network))
        output.human.print(formats_text(network))
        output.result({"network": network_document(network)})
        return
    network, cluster = load_inputs(network_path, cluster_path, for_training=False, boards=boards)
    output.human.print(network_table(network))
    output.human.print(formats_text(network))
    output.human.print(cluster_table(cluster))
    output.result(
        {"network": network_document(network), "cluster": {"name": cluster.name, "boards": len(cluster.boards)}}
    )

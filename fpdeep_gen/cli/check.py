"""`fpdeep check`: reads network and cluster and shows what they say."""

from pathlib import Path

import click

from fpdeep_gen.cli.options import boards_option, network_argument
from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.cli.workflow import load_inputs, read_network
from fpdeep_gen.network.onnx_import import onnx_as_yaml
from fpdeep_gen.report.network import cluster_table, formats_text, network_document, network_table


@click.command()
@network_argument
@click.option(
    "--cluster", "cluster_path", metavar="CLUSTER", type=click.Path(path_type=Path), help="Check the cluster too."
)
@boards_option
@click.option(
    "--yaml",
    "yaml_path",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write an ONNX model as a network file.",
)
@json_option
def check(network_path: Path, cluster_path: Path | None, boards: int | None, yaml_path: Path | None) -> None:
    """Check NETWORK (and a cluster): shapes, work and weights of each layer."""
    output = current_output()
    if yaml_path is not None and network_path.suffix.lower() != ".onnx":
        raise click.UsageError("--yaml writes ONNX models; this network is a file already")
    if boards is not None and cluster_path is None:
        raise click.UsageError("-n says how many boards of a --cluster; there is none")
    if cluster_path is None:
        network, cluster = read_network(network_path), None
    else:
        network, cluster = load_inputs(network_path, cluster_path, for_training=False, boards=boards)
    if yaml_path is not None:
        yaml_path.write_text(onnx_as_yaml(network_path), encoding="utf-8")
    output.table(network_table(network))
    output.human.print(formats_text(network))
    document: dict[str, object] = {"network": network_document(network)}
    if cluster is not None:
        output.table(cluster_table(cluster))
        document["cluster"] = {"name": cluster.name, "boards": len(cluster.boards)}
    output.result(document)

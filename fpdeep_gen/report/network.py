"""Network and cluster as tables and as JSON documents."""

from rich.table import Table

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Format, Layer, LayerKind, Network


def network_table(network: Network) -> Table:
    """One row a layer: shapes, weights, work of the forward phase of one image, formats."""
    training = network.training
    data = network.dataset if network.dataset is not None else "none (for planning only)"
    title = f"{network.name}: data {data}, batch {training.batch}, learning rate {training.learning_rate:g}"
    if training.momentum:
        title += f", momentum {training.momentum:g}"
    table = Table(title=title, title_justify="left")
    table.add_column("layer")
    table.add_column("computes")
    for heading in ("input", "output", "weights", "forward MAC", "formats w, y, error"):
        table.add_column(heading, justify="right")
    for index, layer in enumerate(network.layers):
        table.add_row(
            layer.name,
            describe_layer(layer),
            shape_text(network.tensor_shape(index)),
            shape_text(network.tensor_shape(index + 1)),
            f"{layer.weight_count:,}",
            f"{layer.forward_macs:,}",
            ", ".join(format_text(one) for one in (layer.formats.weight, layer.formats.output, layer.formats.error)),
        )
    table.add_section()
    weights = sum(layer.weight_count for layer in network.layers)
    macs = sum(layer.forward_macs for layer in network.layers)
    table.add_row("total", f"{len(network.layers)} layers", "", "", f"{weights:,}", f"{macs:,}", "")
    return table


def cluster_table(cluster: Cluster) -> Table:
    """One row a board, with the link to the next."""
    table = Table(title=f"{cluster.name}: {len(cluster.boards)} boards at {cluster.clock_mhz:g} MHz")
    table.title_justify = "left"
    for heading in ("board", "type", "part"):
        table.add_column(heading)
    for heading in ("DSP", "BRAM36", "LUT", "link to the next"):
        table.add_column(heading, justify="right")
    for index, board in enumerate(cluster.boards):
        link = cluster.links[index] if index < len(cluster.links) else None
        text = f"{link.lanes} x {link.gbps_per_lane:g} Gb/s, {link.latency_cycles} cycles" if link else ""
        table.add_row(str(index), board.name, board.part, str(board.dsp), str(board.bram36), str(board.lut), text)
    return table


def network_document(network: Network) -> dict[str, object]:
    """The same facts for machines."""
    return {
        "name": network.name,
        "dataset": network.dataset,
        "batch": network.training.batch,
        "layers": [
            {
                "name": layer.name,
                "computes": describe_layer(layer),
                "input": list(network.tensor_shape(index)),
                "output": list(network.tensor_shape(index + 1)),
                "weights": layer.weight_count,
                "forward_macs": layer.forward_macs,
            }
            for index, layer in enumerate(network.layers)
        ],
    }


def cluster_document(cluster: Cluster) -> dict[str, object]:
    """Name, clock and boards for machines."""
    return {
        "name": cluster.name,
        "clock_mhz": cluster.clock_mhz,
        "boards": [{"name": board.name, "part": board.part} for board in cluster.boards],
    }


def describe_layer(layer: Layer) -> str:
    """`conv 3x3 + ReLU + pool 2`; strides other than 1, or a pool's other than its window, behind a slash."""
    if layer.kind is LayerKind.FULLY_CONNECTED:
        head = "fully connected"
    else:
        head = f"conv {layer.kernel_rows}x{layer.kernel_columns}"
    if layer.stride > 1:
        head += f"/{layer.stride}"
    if layer.groups > 1:
        head += f" in {layer.groups} groups"
    parts = [head]
    if layer.relu:
        parts.append("ReLU")
    if layer.normalisation is not None:
        parts.append(f"local response {layer.normalisation.size}")
    if layer.pool > 1:
        parts.append(f"pool {layer.pool}" + (f"/{layer.pool_stride}" if layer.pool_stride != layer.pool else ""))
    if layer.dropout is not None:
        parts.append(f"dropout {layer.dropout:g}")
    return " + ".join(parts)


def shape_text(shape: tuple[int, int, int]) -> str:
    """`channels x rows x columns`."""
    return " x ".join(str(size) for size in shape)


def format_text(one: Format) -> str:
    """`16.12`: width, and how many of the bits stand behind the binary point."""
    return f"{one.width}.{one.fraction}"

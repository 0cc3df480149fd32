"""Network and cluster as tables and as JSON documents."""

from rich.box import SIMPLE_HEAD
from rich.table import Table

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Format, Layer, LayerKind, Network


def network_table(network: Network) -> Table:
    """The image, then one row a layer: output, weights, work of each phase for one image, and the memory of the tensor
    that the next layer keeps until its error returns."""
    table = Table(title=_title(network), title_justify="left", box=SIMPLE_HEAD)
    table.add_column("layer", no_wrap=True)
    table.add_column("computes", min_width=18)
    for heading in ("output", "weights", "forward MAC", "backward", "gradient", "kept, KiB"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_row("image", "", shape_text(network.tensor_shape(0)), "", "", "", "", _kibibytes(network.tensor_bits(0)))
    last = len(network.layers) - 1
    for index, layer in enumerate(network.layers):
        table.add_row(
            layer.name,
            describe_layer(layer),
            shape_text(network.tensor_shape(index + 1)),
            amount_text(layer.weight_count),
            *(amount_text(macs) for macs in network.phase_macs(index)),
            _kibibytes(network.tensor_bits(index + 1)) if index < last else "",
        )
    table.add_section()
    every = range(len(network.layers))
    totals = (
        amount_text(sum(layer.weight_count for layer in network.layers)),
        *(amount_text(sum(network.phase_macs(index)[phase] for index in every)) for phase in range(3)),
        _kibibytes(sum(network.tensor_bits(index) for index in every)),
    )
    table.add_row("total", f"{len(network.layers)} layers", "", *totals)
    table.caption = "one image; kept: features from the forward phase until the error returns"
    return table


def formats_text(network: Network) -> str:
    """Formats of weights, outputs and errors: of all layers, or of each where they differ."""
    texts = {layer.name: _formats_text(layer) for layer in network.layers}
    if len(set(texts.values())) == 1:
        return f"formats (weights, outputs, errors): {next(iter(texts.values()))}"
    return "formats (weights, outputs, errors): " + "; ".join(f"{name} {text}" for name, text in texts.items())


def _title(network: Network) -> str:
    training = network.training
    data = network.dataset if network.dataset is not None else "none (for planning only)"
    title = f"{network.name}: data {data}, batch {training.batch}, learning rate {training.learning_rate:g}"
    return f"{title}, momentum {training.momentum:g}" if training.momentum else title


def amount_text(value: int) -> str:
    """A whole number; from a million on with four digits and a prefix."""
    for unit, name in ((10**9, "G"), (10**6, "M")):
        if value >= unit:
            return f"{value / unit:#.4g}".rstrip(".") + f" {name}"
    return f"{value:,}"


def _kibibytes(bits: int) -> str:
    return f"{bits / 8 / 1024:,.1f}"


def _formats_text(layer: Layer) -> str:
    return ", ".join(format_text(one) for one in (layer.formats.weight, layer.formats.output, layer.formats.error))


def cluster_table(cluster: Cluster) -> Table:
    """One row for each board, or for neighbours that are equal, with the link to the next."""
    title = f"{cluster.name}: {len(cluster.boards)} boards at {cluster.clock_mhz:g} MHz"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading in ("board", "type", "part"):
        table.add_column(heading)
    for heading in ("DSP", "BRAM36", "LUT", "DDR", "link to the next"):
        table.add_column(heading, justify="right")
    links = (*cluster.links, None)
    count = 0
    for index, (board, link) in enumerate(zip(cluster.boards, links, strict=True)):
        count += 1
        if index + 1 < len(cluster.boards) and (cluster.boards[index + 1], links[index + 1]) == (board, link):
            continue
        numbers = f"{index - count + 1} to {index}" if count > 1 else str(index)
        ddr = f"{board.ddr.gigabytes:g} GB, {board.ddr.gigabytes_per_second:g} GB/s" if board.ddr else ""
        text = f"{link.lanes} x {link.gbps_per_lane:g} Gb/s, {link.latency_cycles} cycles" if link else ""
        table.add_row(numbers, board.name, board.part, str(board.dsp), str(board.bram36), str(board.lut), ddr, text)
        count = 0
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
                "forward_macs": network.phase_macs(index)[0],
                "backward_macs": network.phase_macs(index)[1],
                "gradient_macs": network.phase_macs(index)[2],
                "feature_bits": network.tensor_bits(index),
            }
            for index, layer in enumerate(network.layers)
        ],
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
        step = f"/{layer.pool_stride}" if layer.pool_stride != layer.pool else ""
        parts.append(f"pool {layer.pool}{step}" + (f" overhang {layer.pool_overhang}" if layer.pool_overhang else ""))
    if layer.dropout is not None:
        parts.append(f"dropout {layer.dropout:g}")
    return " + ".join(parts)


def shape_text(shape: tuple[int, int, int]) -> str:
    """`channels x rows x columns`."""
    return " x ".join(str(size) for size in shape)


def format_text(one: Format) -> str:
    """`16.12`: width, and how many of the bits stand behind the binary point."""
    return f"{one.width}.{one.fraction}"

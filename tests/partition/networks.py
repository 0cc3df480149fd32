"""Small networks and chains for the partition's tests."""

from dataclasses import replace
from functools import cache

from fpdeep_gen.board.model import Board, Cluster, Ddr, Link
from fpdeep_gen.network.model import Format, Layer, LayerFormats, LayerKind, Network, Training
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.partition.planner import make_balanced_plan

FORMATS = LayerFormats(Format(16, 14), Format(16, 11), Format(16, 15), 36)


def conv(name: str, shape: tuple[int, int, int], outputs: int, kernel: int, **more: int) -> Layer:
    """A convolution on a map of `shape` (channels, rows, columns)."""
    channels, rows, columns = shape
    padding, pool = more.pop("padding", kernel // 2), more.pop("pool", 1)
    return Layer(
        name,
        LayerKind.CONVOLUTION,
        channels,
        rows,
        columns,
        outputs,
        kernel,
        kernel,
        padding,
        True,
        pool,
        FORMATS,
        **more,
    )


def flat(name: str, shape: tuple[int, int, int], outputs: int) -> Layer:
    """A fully connected layer on a map of `shape`."""
    channels, rows, columns = shape
    return Layer(name, LayerKind.FULLY_CONNECTED, channels, rows, columns, outputs, rows, columns, 0, False, 1, FORMATS)


def output(layer: Layer) -> tuple[int, int, int]:
    """Shape of a layer's output."""
    return (layer.out_channels, layer.out_rows, layer.out_columns)


def network(layers: tuple[Layer, ...]) -> Network:
    """The network of these layers."""
    first = layers[0]
    return Network(
        "small",
        first.in_channels,
        first.in_rows,
        first.in_columns,
        Format(8, 7),
        layers,
        Training(16, 0.01, 1, 1),
        None,
    )


def chain(count: int, dsp: int = 200, bram36: int = 400, lanes: int = 4) -> Cluster:
    """Equal boards with some DDR."""
    board = Board("small", "part", dsp, bram36, 400_000, 800_000, 100, 2 * lanes, 10, Ddr(1, 10))
    return Cluster("chain", (board,) * count, (Link(lanes, 10, 0.97, 128, 40),) * (count - 1), 100)


def small_vgg(hidden: int = 64) -> Network:
    """VGG cut down: four convolutions in two groups with pooling, two fully connected layers."""
    layers = [conv("conv1_1", (3, 32, 32), 16, 3)]
    for name, channels, pool in (("conv1_2", 16, 2), ("conv2_1", 32, 1), ("conv2_2", 32, 2)):
        layers.append(conv(name, output(layers[-1]), channels, 3, pool=pool))
    for name, outputs in (("fc1", hidden), ("fc2", 10)):
        layers.append(flat(name, output(layers[-1]), outputs))
    return network(tuple(layers))


@cache
def sharing(gigabytes_per_second: float, batch: int) -> BalancedPlan:
    """A plan for little memory and slow DDR."""
    cluster = chain(3, bram36=100)
    slow = tuple(replace(board, ddr=Ddr(1, gigabytes_per_second)) for board in cluster.boards)
    whole = replace(small_vgg(256), training=replace(small_vgg().training, batch=batch))
    return make_balanced_plan(whole, replace(cluster, boards=slow))


def pooled() -> Network:
    """A network with overlapping pooling windows, then others."""
    first = conv("a", (3, 48, 48), 16, 3, pool=3, pool_stride=2)
    second = conv("b", output(first), 16, 3, pool=2)
    third = conv("c", output(second), 32, 3, pool=2)
    return network((first, second, third, flat("d", output(third), 10)))


def slow_chain(gbps: float) -> Cluster:
    """Eight boards with links of so many Gb/s."""
    cluster = chain(8, dsp=60, lanes=1)
    return replace(cluster, links=tuple(replace(link, gbps_per_lane=gbps) for link in cluster.links))


@cache
def tight() -> BalancedPlan:
    """A plan that slow links are the limit of."""
    return make_balanced_plan(pooled(), slow_chain(0.1))

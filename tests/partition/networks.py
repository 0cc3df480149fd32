"""Small networks and chains for the partition's tests."""

from fpdeep_gen.board.model import Board, Cluster, Ddr, Link
from fpdeep_gen.network.model import Format, Layer, LayerFormats, LayerKind, Network, Training

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

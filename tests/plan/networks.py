"""Networks and clusters built by hand, so that the planner's tests need no files."""

from fpdeep_gen.board.model import Board, Cluster, Link
from fpdeep_gen.network.model import Format, Layer, LayerFormats, LayerKind, Network, Training

FORMATS = LayerFormats(weight=Format(16, 12), output=Format(16, 10), error=Format(16, 14), gradient_width=40)


def convolution(
    name: str, shape: tuple[int, int, int], out: int, kernel: int, padding: int, pool: int = 1, relu: bool = True
) -> Layer:
    """A convolution on (channels, rows, columns) `shape`."""
    channels, rows, columns = shape
    return Layer(
        name, LayerKind.CONVOLUTION, channels, rows, columns, out, kernel, kernel, padding, relu, pool, FORMATS
    )


def fully_connected(name: str, shape: tuple[int, int, int], out: int, relu: bool = True) -> Layer:
    """A fully connected layer on the map `shape`."""
    channels, rows, columns = shape
    return Layer(name, LayerKind.FULLY_CONNECTED, channels, rows, columns, out, rows, columns, 0, relu, 1, FORMATS)


def shape_after(layer: Layer) -> tuple[int, int, int]:
    """(channels, rows, columns) of a layer's output."""
    return (layer.out_channels, layer.out_rows, layer.out_columns)


def network(name: str, shape: tuple[int, int, int], layers: tuple[Layer, ...], batch: int = 16) -> Network:
    """A network of `layers` on images of `shape`."""
    training = Training(batch=batch, learning_rate=0.05, epochs=1, seed=1)
    return Network(name, *shape, Format(8, 6), layers, training, "digits")


def digits() -> Network:
    """8 x 8 digits: two convolutions and a fully connected layer."""
    first = convolution("conv1", (1, 8, 8), 8, 3, 1, 2)
    second = convolution("conv2", shape_after(first), 16, 3, 1, 2)
    third = fully_connected("fc", shape_after(second), 10, relu=False)
    return network("digits", (1, 8, 8), (first, second, third))


def lenet5() -> Network:
    """LeNet-5 on 28 x 28 images."""
    first = convolution("conv1", (1, 28, 28), 6, 5, 2, 2)
    second = convolution("conv2", shape_after(first), 16, 5, 0, 2)
    third = fully_connected("fc1", shape_after(second), 120)
    fourth = fully_connected("fc2", (120, 1, 1), 84)
    fifth = fully_connected("fc3", (84, 1, 1), 10, relu=False)
    return network("lenet5", (1, 28, 28), (first, second, third, fourth, fifth), batch=32)


BOARD = Board("zedboard", "xc7z020clg484-1", 220, 140, 53200, 106400, 100.0, 16, 0.95)
LINK = Link(lanes=8, gbps_per_lane=0.95, efficiency=0.8, flit_bits=72, latency_cycles=40)


def cluster(boards: int, board: Board = BOARD, link: Link = LINK) -> Cluster:
    """`boards` equal boards in a row."""
    return Cluster(f"{boards}_boards", (board,) * boards, (link,) * (boards - 1), 100.0)

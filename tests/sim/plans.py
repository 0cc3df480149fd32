"""Hand-made plans for tests: only what the host's words depend on."""

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Format, Layer, LayerFormats, LayerKind, Network, Training
from fpdeep_gen.plan.model import Plan, Prediction, SlicePlan

FORMATS = LayerFormats(Format(16, 12), Format(16, 8), Format(16, 14), 40)


def convolution(name: str, channels: int, size: tuple[int, int], outputs: int, kernel: int, pool: int = 1) -> Layer:
    """A padded ("same") convolution layer."""
    rows, columns = size
    return Layer(
        name, LayerKind.CONVOLUTION, channels, rows, columns, outputs, kernel, kernel, kernel // 2, True, pool, FORMATS
    )


def fully_connected(name: str, channels: int, size: tuple[int, int], outputs: int) -> Layer:
    """A fully connected layer that reads a map of `channels` x `size`."""
    rows, columns = size
    return Layer(name, LayerKind.FULLY_CONNECTED, channels, rows, columns, outputs, rows, columns, 0, False, 1, FORMATS)


def make_plan(
    layers: tuple[Layer, ...],
    lanes: tuple[int, ...],
    taps: tuple[int, ...],
    cuts: tuple[tuple[int, int, int, int], ...],
    input_bits: int = 8,
) -> Plan:
    """A plan with slices `cuts` = (layer, board, out_begin, out_end)."""
    first = layers[0]
    network = Network(
        name="test",
        input_channels=first.in_channels,
        input_rows=first.in_rows,
        input_columns=first.in_columns,
        input_format=Format(input_bits, 7),
        layers=layers,
        training=Training(4, 0.1, 1, 1),
        dataset="digits",
    )
    return Plan(
        network=network,
        cluster=Cluster("test", (), (), 200.0),
        lanes=lanes,
        taps=taps,
        p_in=lanes[:-1],
        p_error=lanes[1:],
        p_back=lanes[:-1],
        update_lanes=tuple(1 for _ in layers),
        learning_rate_raw=256,
        learning_rate_fraction=14,
        slices=tuple(SlicePlan(layer, board, begin, end, 64, 64) for layer, board, begin, end in cuts),
        links=(),
        engines=(),
        uses=(),
        prediction=Prediction(0, 0, 0, 0, 0.0),
    )

"""Small networks for tests of the golden model."""

from fpdeep_gen.network.model import Format, Layer, LayerFormats, LayerKind, Network, Training


def formats(weight: int, output: int, error: int, width: int = 16, gradient_width: int = 40) -> LayerFormats:
    return LayerFormats(Format(width, weight), Format(width, output), Format(width, error), gradient_width)


def conv(
    name: str,
    in_shape: tuple[int, int, int],
    out: int,
    kernel: int,
    padding: int,
    relu: bool,
    pool: int,
    chosen: LayerFormats,
) -> Layer:
    channels, rows, columns = in_shape
    kind = LayerKind.CONVOLUTION
    return Layer(name, kind, channels, rows, columns, out, kernel, kernel, padding, relu, pool, chosen)


def full(name: str, in_shape: tuple[int, int, int], out: int, relu: bool, chosen: LayerFormats) -> Layer:
    channels, rows, columns = in_shape
    return Layer(name, LayerKind.FULLY_CONNECTED, channels, rows, columns, out, rows, columns, 0, relu, 1, chosen)


def network(layers: tuple[Layer, ...], input_format: Format, accumulator_width: int = 48, seed: int = 7) -> Network:
    first = layers[0]
    return Network(
        name="test",
        input_channels=first.in_channels,
        input_rows=first.in_rows,
        input_columns=first.in_columns,
        input_format=input_format,
        layers=layers,
        training=Training(4, 0.05, 1, seed),
        dataset="digits",
        accumulator_width=accumulator_width,
    )


def mixed(width: int, fractions: tuple[int, int, int], input_format: Format, accumulator_width: int = 48) -> Network:
    """Every kind of layer: conv + ReLU + pool that drops a remainder, conv + pool, bare conv, two fully connected."""
    chosen = formats(*fractions, width=width, gradient_width=min(accumulator_width, 46) if width <= 16 else 62)
    layers = (
        conv("a", (2, 9, 11), 3, 3, 1, True, 2, chosen),  # 9 x 11 -> 4 x 5
        conv("b", (3, 4, 5), 4, 2, 1, False, 2, chosen),  # 5 x 6 -> 2 x 3
        conv("c", (4, 2, 3), 3, 1, 0, False, 1, chosen),
        full("d", (3, 2, 3), 5, True, chosen),
        full("e", (5, 1, 1), 4, False, chosen),
    )
    return network(layers, input_format, accumulator_width)


def plain(width: int, fractions: tuple[int, int, int], input_format: Format) -> Network:
    """One layer only: no backward phase at all."""
    chosen = formats(*fractions, width=width, gradient_width=40 if width <= 16 else 62)
    return network((full("only", (2, 3, 4), 5, False, chosen),), input_format, 48 if width <= 16 else 62)


def unpadded(width: int, fractions: tuple[int, int, int], input_format: Format) -> Network:
    """A large kernel without padding, pool 3, fully connected over a map."""
    chosen = formats(*fractions, width=width, gradient_width=40 if width <= 16 else 62)
    layers = (
        conv("a", (1, 10, 13), 2, 5, 0, True, 3, chosen),  # 6 x 9 -> 2 x 3
        full("b", (2, 2, 3), 3, False, chosen),
    )
    return network(layers, input_format, 48 if width <= 16 else 62)

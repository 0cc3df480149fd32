"""What the features of an image ask of each link at least, wherever layers are: neither that they are in order is
assumed, nor that any are taken in step. docs/planner.md ("Bound, every plan") proves the formulas."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fpdeep_gen.network.model import Layer, Network
from fpdeep_gen.partition.cuts import Floats, read_of, reads_evenly
from fpdeep_gen.partition.geometry import Geometry

HALVINGS = 40
"""Of the range in which the shortest interval of a link lies."""


@dataclass(frozen=True)
class Features:
    """Least bits of an image that go up over a link, by the multiply-accumulates of forward and gradient phases that
    boards below it do: straight between the points (`work`, `bits`), ever less steep."""

    work: Floats
    bits: Floats

    def least(self, work: Floats) -> Floats:
        """Bits where boards below a link do at most so much of an image's work."""
        found: Floats = np.interp(work, self.work, self.bits)
        return found


def features_of(network: Network, geometry: Sequence[Geometry]) -> tuple[Features, ...]:
    """Bounds, each of which holds: one with all tensors, one without those that are not seen whole."""
    conv = [layer.layer for layer in geometry if not layer.flat]
    if not conv or geometry[0].flat:
        return ()
    work = np.cumsum([0.0] + [2.0 * layer.forward_macs * seen(layer) for layer in conv])
    read = [_read_bits(network, layer, tensor) for tensor, layer in enumerate(conv)]
    lost = [0.0] + [_lost(network, *pair, tensor) for tensor, pair in enumerate(pairwise(conv), start=1)]
    lost = [less if bits else 0.0 for bits, less in zip(read, lost, strict=True)]
    whole = [0.0 if less else bits for bits, less in zip(read, lost, strict=True)]
    return _hull(work, [bits - sum(lost) for bits in [*read, 0.0]]), _hull(work, [*whole, 0.0])


def cycles_up(features: Sequence[Features], dsp: Floats, rates: Floats, interval: Floats) -> Floats:
    """Cycles an image that what must go up takes each link, which moves `rates` bits a cycle, at least, however the
    `dsp` multipliers of the boards below it are used in an interval (one of each link)."""
    work = np.cumsum(dsp)[:-1] * interval
    found: Floats = np.max([np.maximum(each.least(work), 0.0) for each in features], axis=0) / rates
    return found


def shortest_intervals(features: Sequence[Features], dsp: Floats, rates: Floats) -> Floats:
    """For each link the longest interval (to within `HALVINGS`) in which what must go up does not cross it."""
    low = np.zeros(len(rates))
    high = cycles_up(features, dsp, rates, low)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        crosses = cycles_up(features, dsp, rates, middle) <= middle
        low, high = np.where(crosses, low, middle), np.where(crosses, middle, high)
    return low


def seen(layer: Layer) -> float:
    """Part of a layer's sums that some pooling window looks at."""
    return _seen(layer, layer.conv_rows, layer.out_rows) * _seen_columns(layer) / (layer.conv_rows * layer.conv_columns)


def _seen(layer: Layer, whole: int, windows: int) -> int:
    """Rows or columns of sums that some pooling window looks at."""
    last = (windows - 1) * layer.pool_stride
    return (windows - 1) * min(layer.pool, layer.pool_stride) + min(layer.pool, whole - last)


def _seen_columns(layer: Layer) -> int:
    return _seen(layer, layer.conv_columns, layer.out_columns)


def _read_bits(network: Network, reader: Layer, tensor: int) -> float:
    """Bits of a tensor that are read for sums that are seen; 0 where some of these may be read for less than their part
    of the columns."""
    if not reads_evenly(reader) or reader.pool < reader.pool_stride:
        return 0.0
    rows, columns = _seen(reader, reader.conv_rows, reader.out_rows), _seen_columns(reader)
    elements = reader.in_channels * read_of(reader, reader.in_rows, rows, reader.kernel_rows)
    elements *= read_of(reader, reader.in_columns, columns, reader.kernel_columns)
    return float(elements * network.tensor_format(tensor).width)


def _lost(network: Network, maker: Layer, reader: Layer, tensor: int) -> float:
    """Bits of a tensor that nobody reads, and by which a part of it that is made may fall short of the part of the sums
    that it is made of."""
    read = _read_bits(network, reader, tensor)
    columns = read_of(reader, reader.in_columns, _seen_columns(reader), reader.kernel_columns)
    whole = read * reader.in_columns / columns
    sums = min(maker.pool, maker.pool_stride) * maker.out_columns
    return whole - read + max(0.0, read - whole * min(1.0, _seen_columns(maker) / sums))


def _hull(work: Floats, bits: Sequence[float]) -> Features:
    """The lower hull of points whose work rises."""
    kept: list[int] = []
    for point in range(len(bits)):
        while len(kept) > 1:
            a, b = kept[-2:]
            if (bits[b] - bits[a]) * (work[point] - work[a]) < (bits[point] - bits[a]) * (work[b] - work[a]):
                break
            kept.pop()
        kept.append(point)
    return Features(work[kept], np.array([bits[point] for point in kept]))

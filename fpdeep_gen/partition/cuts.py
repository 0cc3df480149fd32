"""What must cross a link for an image, at least, by which layers it cuts and how far they have got.

docs/planner.md ("Bound") states the family of plans and proves the formulas.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.network.model import Layer, Network
from fpdeep_gen.partition.family import weight_bits
from fpdeep_gen.partition.geometry import Geometry

Floats: TypeAlias = NDArray[np.float64]

RAMB36_BITS = 36 * 1024

GRAINS = 256
"""Parts of a board's memory that weights are counted in, rounded down (which makes the bound lower, never higher)."""


@dataclass(frozen=True)
class Run:
    """Convolutions `first`..`last`, taken in step, all of them on both sides of a link.

    `begin`, `end`: multiply-accumulates of the convolutions before it, and up to its end. Bits of an image: of the
    tensor that it reads and of that tensor's errors, of the tensor that it makes and of its errors, and `inner` of
    both kinds together of those tensors between its layers that do cross. `slack`: part of a layer by which what it
    makes may fall short of its part of the work; `unread`: the same of the features that it reads; `unit`: of tensors
    between its layers.
    """

    first: int
    last: int
    begin: float
    end: float
    features_in: float
    errors_in: float
    features_out: float
    errors_out: float
    inner: float
    slack: float
    unread: float
    unit: float

    def up(self, low: Floats, high: Floats) -> Floats:
        """Bits that go up at least where from `low` to `high` of each phase of each layer lies below the link."""
        done, _, inner = self._parts(low, high)
        left = np.maximum(0, 1 - high - self.unread)
        return left * self.features_in + done * self.features_out + inner * self.inner

    def down(self, low: Floats, high: Floats) -> Floats:
        """Bits that come down at least."""
        done, left, inner = self._parts(low, high)
        return left * self.errors_in + done * self.errors_out + inner * self.inner

    def least(self, low: Floats, high: Floats, lag: float) -> Floats:
        """Bits of the busier direction at least where the link lies anywhere from `low` to `high` of the run's work,
        and phases of layers up to `lag` of it from there.

        Between the places at which terms begin or end bits change evenly or are concave, so that they are least at one
        of these. Of a layer that reads the image forward and gradient are all of its work and both read it: what lies
        above needs it for the phase that has got less far, which is no further than the link.
        """
        ends = (self.slack, self.unread, self.unit)
        edges = [edge for end in ends for edge in (lag + end, 1 - lag - end)]
        at = np.stack([low, high, *(np.clip(edge, low, high) for edge in edges)])
        behind, ahead = np.clip(at - lag, 0, 1), np.clip(at + lag, 0, 1)
        down = self.down(behind, ahead).min(axis=0)
        if self.last == 0:
            low = np.clip(low - lag, 0, 1)
            at = np.stack([low, high, *(np.clip(edge, low, high) for edge in (self.slack, 1 - self.unread))])
            behind = ahead = at
        bits: Floats = np.maximum(self.up(behind, ahead).min(axis=0), down)
        return bits

    def _parts(self, low: Floats, high: Floats) -> tuple[Floats, Floats, Floats]:
        """Parts that certainly are below the link, above it, and of inner tensors made on one side and read on the
        other."""
        inner = np.maximum(0, low - self.unit) * np.maximum(0, 1 - high - self.unit)
        return np.maximum(0, low - self.slack), np.maximum(0, 1 - high - self.slack), inner


def runs(network: Network, geometry: Sequence[Geometry], bram36: int, longest: int | None = None) -> tuple[Run, ...]:
    """All runs of convolutions of at most `longest` layers, with as little crossing between their layers as boards with
    `bram36` block RAMs allow."""
    found: list[Run] = []
    conv = [layer for layer in geometry if not layer.flat]
    work = np.cumsum([0.0] + [layer.layer.forward_macs * len(layer.phases) for layer in conv])
    for first in range(len(conv)):
        most = len(conv) if longest is None else min(len(conv), first + longest)
        for last, inner in enumerate(_inner(network, conv[first:most], bram36), start=first):
            features, errors = _tensor_bits(network, conv[first].layer, first)
            out = (0.0, 0.0)
            if last + 1 < len(conv):
                out = _tensor_bits(network, conv[last + 1].layer, last + 1)
            found.append(
                Run(
                    first,
                    last,
                    float(work[first]),
                    float(work[last + 1]),
                    features if reads_evenly(conv[first].layer) else 0.0,
                    errors,
                    *out,
                    inner,
                    max(_slack(layer.layer) for layer in (conv[first], conv[last])),
                    _idle(conv[first].layer),
                    max(_slack(layer.layer) + _channel(layer) for layer in conv[first : last + 1]),
                )
            )
    return tuple(found)


def _tensor_bits(network: Network, reader: Layer, tensor: int) -> tuple[float, float]:
    """Bits of the features of a tensor that its reader looks at, and of their errors (none of an image)."""
    channels = network.tensor_shape(tensor)[0]
    elements = channels * read_of(reader, reader.in_rows, reader.conv_rows, reader.kernel_rows)
    elements *= read_of(reader, reader.in_columns, reader.conv_columns, reader.kernel_columns)
    errors = network.layers[tensor - 1].formats.error.width if tensor else 0
    return float(elements * network.tensor_format(tensor).width), float(elements * errors)


def read_of(layer: Layer, whole: int, steps: int, kernel: int) -> int:
    """Rows or columns that some window lies on."""
    if layer.stride > kernel:
        return min(whole, steps * kernel - layer.padding)
    return min(whole, (steps - 1) * layer.stride + kernel - layer.padding)


def reads_evenly(layer: Layer) -> bool:
    """Whether any part of the columns of sums lies on at least that part of the columns of the input."""
    beyond, padding = layer.kernel_columns - layer.stride, layer.padding
    return padding == 0 or beyond >= 2 * padding or (beyond >= padding and layer.stride >= padding)


def _slack(layer: Layer) -> float:
    """Sums that no pooling window looks at, input columns that no window does or that the last step lacks."""
    dropped = max(0, layer.conv_columns - layer.out_columns * layer.pool_stride) / layer.conv_columns
    unread = layer.in_columns - read_of(layer, layer.in_columns, layer.conv_columns, layer.kernel_columns)
    lacking = -(-layer.in_columns // layer.stride) * layer.stride - layer.in_columns
    return max(dropped, (unread + lacking) / layer.in_columns)


def _idle(layer: Layer) -> float:
    """Sums that no pooling window looks at, for which nothing need be read."""
    seen = (layer.out_columns - 1) * layer.pool_stride + layer.pool
    return max(0, layer.conv_columns - seen) / layer.conv_columns


def _channel(geometry: Geometry) -> float:
    """The channel of a layer cut by channels that a link may lie in."""
    layer = geometry.layer
    return 1 / (layer.out_channels if geometry.is_first else min(layer.in_channels, layer.out_channels))


def _inner(network: Network, conv: Sequence[Geometry], bram36: int) -> Iterator[float]:
    """For the first, the first two, the first three... of these layers: bits of the tensors between them that cross.

    A tensor need not cross if the layers on both of its sides are cut by columns; then every board has all of their
    weights, with their gradients. The most bits that can be saved so are found as in a knapsack.
    """
    never = -np.inf
    cut_by_channels = np.full(GRAINS + 1, never)
    cut_by_columns = np.full(GRAINS + 1, never)
    total = 0.0
    for position, layer in enumerate(conv):
        tensor = 0.0
        if position:
            tensor = sum(_tensor_bits(network, layer.layer, layer.index))
            total += tensor
        weights = layer.layer.weight_count * weight_bits(network, layer.index)
        grains = int(weights * GRAINS // (bram36 * RAMB36_BITS))
        either = np.maximum(cut_by_channels, cut_by_columns)
        joined = np.full(GRAINS + 1, never)
        if grains <= GRAINS and weights <= bram36 * RAMB36_BITS:
            before = np.maximum(cut_by_channels, cut_by_columns + tensor)
            joined[grains:] = before[: GRAINS + 1 - grains]
            if not position:
                joined[grains] = 0.0
        if not position:
            either = np.full(GRAINS + 1, never)
            either[0] = 0.0
        cut_by_channels, cut_by_columns = either, joined
        yield total - float(max(cut_by_channels.max(), cut_by_columns.max()))

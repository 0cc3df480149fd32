"""What crosses each link for an image: every stream goes from where it is made to all that need it, over the hull.

A tensor is looked at element by element (channel x column; all rows alike): its producer, and the lowest and the
highest board that needs it. It crosses every link between them once.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.network.model import LayerKind, Network
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import Carried, Phase, Range, Share

Integers: TypeAlias = NDArray[np.int64]

LABEL_BITS, RESULT_BITS = 16, 32


@dataclass(frozen=True)
class Flow:
    """Bits of an image of one tensor over each link."""

    carried: Carried
    tensor: int
    up: Integers
    down: Integers


Part: TypeAlias = tuple[int, int, int, int, int]
"""A board, and of a tensor the begin and end of channels, then those of columns."""


class Hull:
    """Producer and consumers of the elements (channel, column) of one tensor. Elements between which no part begins or
    ends are looked at together."""

    def __init__(self, channels: int, columns: int) -> None:
        self.channels, self.columns = channels, columns
        self.makes: list[Part] = []
        self.needs: set[Part] = set()

    def make(self, board: int, channels: Range, columns: Range) -> None:
        """The board makes these elements."""
        self.makes.append((board, channels.begin, channels.end, columns.begin, columns.end))

    def need(self, board: int, channels: Range, columns: Range) -> None:
        """The board needs these elements."""
        if channels.begin < channels.end and columns.begin < columns.end:
            self.needs.add((board, channels.begin, channels.end, columns.begin, columns.end))

    @property
    def highest(self) -> int:
        """The highest board that needs anything, -1 where none does."""
        return max((need[0] for need in self.needs), default=-1)

    def producer(self) -> Integers:
        """The board that makes each element, -1 where none does."""
        found = np.full((self.channels, self.columns), -1, np.int64)
        for board, first, last, left, right in self.makes:
            found[first:last, left:right] = board
        return found

    def flow(self, carried: Carried, tensor: int, element_bits: int, links: int) -> Flow:
        """What crosses the links; `element_bits`: of an element, all rows."""
        parts = [*self.makes, *self.needs]
        edges = (
            sorted({0, self.channels, *(edge for part in parts for edge in part[1:3])}),
            sorted({0, self.columns, *(edge for part in parts for edge in part[3:])}),
        )
        channel, column = ({edge: index for index, edge in enumerate(found)} for found in edges)
        weights = np.diff(edges[0])[:, None] * np.diff(edges[1])[None, :]
        made, high = np.full_like(weights, -1), np.full_like(weights, -1)
        low = np.full_like(weights, 1 << 30)
        rising = sorted(self.needs)
        for painted, needs in ((made, self.makes), (high, rising), (low, reversed(rising))):
            for board, first, last, left, right in needs:
                painted[channel[first] : channel[last], column[left] : column[right]] = board
        used = (made >= 0) & (high >= 0)
        made, low, high, weights = made[used], low[used], high[used], weights[used]
        up = crossing(made, np.maximum(made, high), links, weights)
        down = crossing(np.minimum(low, made), made, links, weights)
        return Flow(carried, tensor, up * element_bits, down * element_bits)


def crossing(begin: Integers, end: Integers, links: int, weights: Integers | None = None) -> Integers:
    """For each link, how many of the ways from board `begin` to board `end` (not below it) go over it; `weights`: how
    many there are of each way."""
    size = links + 1
    changes = np.bincount(begin, weights, size) - np.bincount(end, weights, size)
    return np.cumsum(changes)[:links].astype(np.int64)


def feature_bits(network: Network, tensor: int, kept: Container[int] = ()) -> int:
    """Bits of an element of a tensor in a cache; a pooled one has with it which element of its window won, but for
    tensors whose winners are `kept` where they were found (`Winners`)."""
    return network.tensor_format(tensor).width + (0 if tensor in kept else pool_index_bits(network, tensor))


def pool_index_bits(network: Network, tensor: int) -> int:
    """Bits that tell the winner of a pooling window."""
    if tensor == 0:
        return 0
    pool = network.layers[tensor - 1].pool
    return (pool * pool - 1).bit_length()


def error_bits(network: Network, tensor: int, kept: Container[int] = ()) -> int:
    """Bits of an element of a tensor's error, `kept` as above."""
    width = network.layers[tensor - 1].formats.error.width
    return width + (0 if tensor in kept else pool_index_bits(network, tensor))


def sum_bits(network: Network, layer: int) -> int:
    """Bits of a sum over the output channels of a layer's errors times weights: as wide as it can become, at most an
    accumulator."""
    shape = network.layers[layer]
    taps = 1 if shape.kind is LayerKind.FULLY_CONNECTED else shape.kernel_rows * shape.kernel_columns
    terms = shape.out_channels // shape.groups * taps
    return _accumulated(network, terms, shape.formats.error.width + shape.formats.weight.width)


def forward_sum_bits(network: Network, layer: int) -> int:
    """Bits of a sum over the inputs of a fully connected layer's features times weights, likewise."""
    shape = network.layers[layer]
    terms = shape.weight_count // shape.out_channels
    return _accumulated(network, terms, network.tensor_format(layer).width + shape.formats.weight.width)


def _accumulated(network: Network, terms: int, factors: int) -> int:
    """Bits of a sum of products whose factors have so many bits together."""
    greatest = terms << factors - 2
    return min(network.accumulator_width, greatest.bit_length() + 1)


def flows(
    network: Network, geometry: Sequence[Geometry], shares: Iterable[Share], boards: int, kept: Container[int]
) -> list[Flow]:
    """All streams of an image. `kept`: tensors whose windows' winners stay where they were found."""
    by_phase: dict[tuple[int, Phase], list[Share]] = {}
    for share in shares:
        by_phase.setdefault((share.layer, share.phase), []).append(share)
    links = boards - 1
    found: list[Flow] = []
    for tensor in range(len(network.layers) + 1):
        found += _features(network, geometry, by_phase, tensor, links, kept)
    for tensor in range(1, len(network.layers) + 1):
        found += _errors(network, geometry, by_phase, tensor, links, kept)
    return [flow for flow in found if flow.up.any() or flow.down.any()]


def flat_flows(
    network: Network, geometry: Sequence[Geometry], shares: Iterable[Share], boards: int
) -> tuple[Integers, Integers]:
    """Bits that fully connected layers bring to each link, up and down; `shares`: theirs and the layer before's."""
    by_phase: dict[tuple[int, Phase], list[Share]] = {}
    for share in shares:
        by_phase.setdefault((share.layer, share.phase), []).append(share)
    links, first = boards - 1, min(layer.index for layer in geometry if layer.flat)
    up, down = np.zeros(links, np.int64), np.zeros(links, np.int64)
    for tensor in range(first, len(network.layers) + 1):
        streams = _features(network, geometry, by_phase, tensor, links)
        if tensor:
            streams += _errors(network, geometry, by_phase, tensor, links)
        for flow in streams:
            up, down = up + flow.up, down + flow.down
    return up, down


Phases: TypeAlias = dict[tuple[int, Phase], list[Share]]


def outputs_made(geometry: Geometry, columns: Range) -> Range:
    """Columns of the output tensor whose windows begin in these sums."""
    if geometry.flat:
        return Range(0, 1)
    stride, most = geometry.layer.pool_stride, geometry.layer.out_columns
    return Range(min(most, -(-columns.begin // stride)), min(most, -(-columns.end // stride)))


def _need_features(hull: Hull, reader: Geometry, shares: Iterable[Share]) -> None:
    for share in shares:
        needed = Range(0, hull.columns) if reader.flat else reader.inputs_of_sums(share.columns)
        hull.need(share.board, share.inputs, needed)


def _make_features(hull: Hull, geometry: Geometry, shares: Iterable[Share]) -> None:
    for share in shares:
        hull.make(share.board, share.outputs, outputs_made(geometry, share.columns))


def home(by_phase: Phases, layers: int) -> int:
    """The board that computes the loss: the highest that has a part of the last layer's forward phase."""
    return max(share.board for share in by_phase[layers - 1, Phase.FORWARD])


def _features(
    network: Network,
    geometry: Sequence[Geometry],
    by_phase: Phases,
    tensor: int,
    links: int,
    kept: Container[int] = (),
) -> list[Flow]:
    channels, rows, columns = network.tensor_shape(tensor)
    hull = Hull(channels, columns)
    found: list[Flow] = []
    if tensor == len(network.layers):
        hull.need(home(by_phase, tensor), Range(0, channels), Range(0, columns))
    else:
        reader = geometry[tensor]
        for phase in (Phase.FORWARD, Phase.GRADIENT):
            _need_features(hull, reader, by_phase[tensor, phase])
    if tensor == 0:
        hull.make(0, Range(0, channels), Range(0, columns))
    else:
        makers = by_phase[tensor - 1, Phase.FORWARD]
        if any(share.partial for share in makers):
            bits = rows * forward_sum_bits(network, tensor - 1)
            found.append(_partial(Carried.SUM, makers, hull, tensor, bits, links))
        else:
            _make_features(hull, geometry[tensor - 1], makers)
    found += [hull.flow(Carried.FEATURE, tensor, rows * network.tensor_format(tensor).width, links)]
    if pool_index_bits(network, tensor):
        winners = Hull(channels, columns)
        winners.makes = hull.makes
        if tensor in kept:
            _need_errors(winners, geometry[tensor - 1], by_phase)
        elif tensor < len(network.layers):
            _need_features(winners, geometry[tensor], by_phase[tensor, Phase.GRADIENT])
        found += [winners.flow(Carried.FEATURE, tensor, rows * pool_index_bits(network, tensor), links)]
    if tensor > 0:
        found += _window_halos(network, hull, tensor, links)
    return found


def _window_halos(network: Network, hull: Hull, tensor: int, links: int) -> list[Flow]:
    """What a window needs of sums on the next one's board (the greatest of its part there, and which that was; its
    error goes to all boards with sums of it anyway), and sums that normalisation needs of its neighbours' channels:
    they go there in the forward phase and their errors come back."""
    layer = network.layers[tensor - 1]
    found: list[Flow] = []
    feature, error = layer.formats.output.width, layer.formats.error.width
    overlap = max(0, layer.pool - layer.pool_stride)
    if not (overlap or layer.normalisation is not None):
        return found
    producer = hull.producer()
    if overlap and producer.shape[1] > 1:
        up, down = _both(producer[:, 1:].ravel(), producer[:, :-1].ravel(), links)
        bits = layer.out_rows * (feature + pool_index_bits(network, tensor))
        found.append(Flow(Carried.FEATURE, tensor, up * bits, down * bits))
    if layer.normalisation is not None:
        reach = layer.normalisation.size // 2
        sums = reach * layer.conv_rows * layer.pool_stride
        for source, target in ((producer[:-1], producer[1:]), (producer[1:], producer[:-1])):
            up, down = _both(source.ravel(), target.ravel(), links)
            found.append(Flow(Carried.FEATURE, tensor, up * sums * feature, down * sums * feature))
            up, down = _both(target.ravel(), source.ravel(), links)
            found.append(Flow(Carried.ERROR, tensor, up * sums * error, down * sums * error))
    return found


def _both(source: Integers, target: Integers, links: int) -> tuple[Integers, Integers]:
    return (
        crossing(source, np.maximum(source, target), links),
        crossing(np.minimum(source, target), source, links),
    )


def errors_needed_by(reader: Geometry, share: Share) -> Range:
    """Columns of its output's errors that a backward or gradient share needs."""
    if reader.flat:
        return Range(0, 1)
    sums = reader.sums_of_inputs(share.columns) if share.phase is Phase.BACKWARD else share.columns
    return reader.outputs_of_sums(sums)


def _need_errors(hull: Hull, reader: Geometry, by_phase: Phases) -> None:
    for phase in (Phase.BACKWARD, Phase.GRADIENT):
        for share in by_phase.get((reader.index, phase), []):
            hull.need(share.board, share.outputs, errors_needed_by(reader, share))


def _errors(
    network: Network,
    geometry: Sequence[Geometry],
    by_phase: Phases,
    tensor: int,
    links: int,
    kept: Container[int] = (),
) -> list[Flow]:
    channels, rows, columns = network.tensor_shape(tensor)
    hull = Hull(channels, columns)
    _need_errors(hull, geometry[tensor - 1], by_phase)
    found: list[Flow] = []
    if tensor == len(network.layers):
        hull.make(home(by_phase, tensor), Range(0, channels), Range(0, columns))
    else:
        shares = by_phase[tensor, Phase.BACKWARD]
        if any(share.partial for share in shares):
            bits = rows * sum_bits(network, tensor)
            found.append(_partial(Carried.PARTIAL, shares, hull, tensor, bits, links))
        else:
            for share in shares:
                hull.make(share.board, share.inputs, Range(0, columns) if geometry[tensor].flat else share.columns)
    return [*found, hull.flow(Carried.ERROR, tensor, rows * error_bits(network, tensor, kept), links)]


def _partial(carried: Carried, shares: Sequence[Share], hull: Hull, tensor: int, element_bits: int, links: int) -> Flow:
    """Partial sums (`element_bits`: of an element, all rows) run from both ends of the layer's boards to the highest
    board that needs them (or the nearest to it), which rounds them."""
    elements = hull.channels * hull.columns
    boards = sorted({share.board for share in shares})
    low, high = boards[0], boards[-1]
    target = partial_target(boards, hull.highest)
    hull.make(target, Range(0, hull.channels), Range(0, hull.columns))
    bits = elements * element_bits
    up, down = np.zeros(links, np.int64), np.zeros(links, np.int64)
    up[low:target] = bits
    down[target:high] = bits
    return Flow(carried, tensor, up, down)


def partial_target(boards: Sequence[int], highest: int) -> int:
    """The board of `boards` (rising) where partial sums meet: at or next to the highest that needs them."""
    return min(max(highest, boards[0]), boards[-1])

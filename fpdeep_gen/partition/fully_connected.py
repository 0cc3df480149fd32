"""Fully connected layers: spread over boards by the memory that is left there, or in the boards' DDR.

Each board takes a range of outputs in all three phases, so that a weight is in one place only; errors of the inputs
are partial sums that run along the chain. Where these are too much for the links, layers with more inputs than outputs
are cut by inputs instead: then the outputs are partial sums, and each board makes the errors of its own inputs.

Where the weights are on chip, one engine takes the phases of a piece in turn: an image is through each of them in a
third of the time that an engine for each phase would take with as many multipliers. Layers after the first work faster
than the interval asks, as their maps have a single position and each would otherwise add to the latency both ways.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import Order, Phase, Range, Share
from fpdeep_gen.partition.shares import share_of
from fpdeep_gen.partition.tracks import Axis, Box, Track
from fpdeep_gen.partition.traffic import forward_sum_bits, sum_bits

HEAVY = 0.2
"""Part of what a link carries that partial sums of errors may take before layers are cut by inputs."""


@dataclass(frozen=True)
class FlatPiece:
    """Channels `channels`, outputs or inputs (`axis`), of layer `layer` on board `board`."""

    layer: int
    board: int
    channels: Range
    axis: Axis = Axis.OUTPUTS

    def weights(self, geometry: Sequence[Geometry]) -> int:
        """Weights of the piece."""
        return self.channels.size * unit_weights(geometry[self.layer], self.axis)

    def track(self, geometry: Sequence[Geometry], phase: Phase) -> Track:
        """The track of a phase that it is of."""
        return Track(geometry[self.layer], phase, self.axis, self.axis)

    def sums(self, phase: Phase) -> bool:
        """Whether sums of the phase are spread over the boards of the layer."""
        return phase is (Phase.BACKWARD if self.axis is Axis.OUTPUTS else Phase.FORWARD)

    def box(self) -> Box:
        """The part of such a track."""
        return Box(Range(0, 1), self.channels)


def words_of(geometry: Sequence[Geometry], pieces: Sequence[FlatPiece]) -> dict[int, int]:
    """Weights on each board that has any."""
    words: dict[int, int] = {}
    for piece in pieces:
        words[piece.board] = words.get(piece.board, 0) + piece.weights(geometry)
    return words


def unit_weights(geometry: Geometry, axis: Axis) -> int:
    """Weights of an output or of an input channel."""
    layer = geometry.layer
    return layer.weight_count // (layer.out_channels if axis is Axis.OUTPUTS else layer.in_channels)


def flat_axes(network: Network, geometry: Sequence[Geometry], link_bits: float) -> dict[int, Axis]:
    """How each fully connected layer is cut: by outputs, or where links, which carry `link_bits` in an interval, suffer
    from that, across the channels of which there are more."""
    flat = [layer for layer in geometry if layer.flat]
    heavy = any(backward_sums(network, layer) > HEAVY * link_bits for layer in flat)
    return {
        layer.index: Axis.INPUTS
        if heavy and forward_sums(network, layer) < backward_sums(network, layer)
        else Axis.OUTPUTS
        for layer in flat
    }


def forward_sums(network: Network, layer: Geometry) -> int:
    """Bits of the outputs' partial sums of an image."""
    return layer.layer.out_channels * forward_sum_bits(network, layer.index)


def backward_sums(network: Network, layer: Geometry) -> int:
    """Bits of the partial sums of the inputs' errors of an image; the first layer of a network makes none."""
    if layer.is_first:
        return 0
    return layer.layer.weight_count // layer.layer.out_channels * sum_bits(network, layer.index)


def flat_order(position: int, count: int, phase: Phase) -> Order:
    """Order of the layer at `position` among `count` fully connected ones: layers take turns, so that one consumes as
    the one before it makes. The first takes features as they come and makes errors row by row."""
    if phase is Phase.FORWARD:
        return Order.INPUTS_FIRST if position % 2 == 0 else Order.OUTPUTS_FIRST
    return Order.OUTPUTS_FIRST if position % 2 == 0 else Order.INPUTS_FIRST


@dataclass(frozen=True)
class Speed:
    """How many times faster than the interval asks engines are: of the first fully connected layer, and of those after
    it. With `in_turn` the phases of a piece take turns on one engine that is through with all of them in so much of the
    interval. Else each phase has an engine, and that of the gradient is no faster."""

    first: float
    later: float
    in_turn: bool = False

    def limit(self, layer: Geometry, interval: int, position: int, phase: Phase) -> int:
        """Cycles that a phase of the layer at `position` among fully connected ones may take for an image."""
        faster = self.first if position == 0 else self.later
        if self.in_turn:
            return int(interval / (faster * len(layer.phases)))
        return interval if phase is Phase.GRADIENT else int(interval / faster)


def flat_shares(
    geometry: Sequence[Geometry], pieces: Sequence[FlatPiece], interval: int, speed: Speed
) -> tuple[Share, ...]:
    """Shares of all pieces."""
    flat = [layer.index for layer in geometry if layer.flat]
    shares = []
    for piece in pieces:
        layer = geometry[piece.layer]
        position = flat.index(piece.layer)
        for phase in layer.phases:
            limit = _limit(layer, piece, interval, speed, position, phase)
            order = flat_order(position, len(flat), phase)
            track, box = piece.track(geometry, phase), piece.box()
            shares.append(share_of(track, piece.board, box, limit, order, piece.sums(phase), speed.in_turn))
    return tuple(shares)


def bare_shares(geometry: Sequence[Geometry], pieces: Sequence[FlatPiece]) -> Iterator[Share]:
    """Shares of all pieces without engines, for what crosses links."""
    one = Range(0, 1)
    for piece in pieces:
        layer = geometry[piece.layer]
        by_outputs = piece.axis is Axis.OUTPUTS
        outputs = piece.channels if by_outputs else Range(0, layer.layer.out_channels)
        inputs = Range(0, layer.layer.in_channels) if by_outputs else piece.channels
        for phase in layer.phases:
            yield Share(
                piece.layer, piece.board, phase, outputs, inputs, one, one, 0, 0, 0, 0, 0, 0, partial=piece.sums(phase)
            )


def flat_multipliers(geometry: Sequence[Geometry], piece: FlatPiece, interval: int, speed: Speed) -> int:
    """Multipliers of all phases of a piece."""
    flat = [layer.index for layer in geometry if layer.flat]
    position, layer = flat.index(piece.layer), geometry[piece.layer]
    engines = layer.phases[:1] if speed.in_turn else layer.phases
    return sum(
        _engine(layer, phase, piece.axis, piece.channels.size, _limit(layer, piece, interval, speed, position, phase))
        for phase in engines
    )


def flat_used(geometry: Sequence[Geometry], pieces: Iterable[FlatPiece], interval: int, speed: Speed) -> Counter[int]:
    """Multipliers that pieces take of each board."""
    used = Counter[int]()
    for piece in pieces:
        used[piece.board] += flat_multipliers(geometry, piece, interval, speed)
    return used


def _limit(layer: Geometry, piece: FlatPiece, interval: int, speed: Speed, position: int, phase: Phase) -> int:
    """Cycles that a phase of the piece may take for an image: what `Speed.limit` says, but an engine that takes turns
    has a cycle of the interval to spare. One that is never idle would not make up for anything that came late once, so
    that its times depended on where it began."""
    limit = speed.limit(layer, interval, position, phase)
    if not speed.in_turn or limit * len(layer.phases) < interval:
        return limit
    return limit - _is_never_idle(layer, piece.axis, piece.channels.size, limit)


@lru_cache(maxsize=1 << 10)
def _is_never_idle(layer: Geometry, axis: Axis, channels: int, limit: int) -> bool:
    """Whether the engine of so many channels takes all of `limit` cycles for each phase."""
    box = Box(Range(0, 1), Range(0, channels))
    return all(share_of(Track(layer, phase, axis, axis), 0, box, limit).cycles >= limit for phase in layer.phases)


@lru_cache(maxsize=1 << 14)
def _engine(layer: Geometry, phase: Phase, axis: Axis, channels: int, limit: int) -> int:
    """Multipliers for so many channels, wherever they begin."""
    return Track(layer, phase, axis, axis).multipliers(Box(Range(0, 1), Range(0, channels)), limit)


def spread(geometry: Sequence[Geometry], room: Sequence[float], axes: Mapping[int, Axis]) -> tuple[FlatPiece, ...]:
    """All fully connected layers over the boards, weights in proportion to `room`.

    The first layer is on the highest boards, where its features come from, the last one on the lowest: features go down
    the chain once, errors and their sums up once.
    """
    layers = [layer for layer in reversed(geometry) if layer.flat]
    total, whole = sum(room), sum(layer.layer.weight_count for layer in layers)
    bounds = [whole * reached / total for reached in accumulate(room, initial=0.0)]
    found = []
    start = 0
    for layer in layers:
        axis, weights = axes[layer.index], layer.layer.weight_count
        count = weights // unit_weights(layer, axis)
        begin = 0
        for board in range(len(room)):
            end = min(count, max(0, round(count * (bounds[board + 1] - start) / weights)))
            if end > begin:
                found.append(FlatPiece(layer.index, board, Range(begin, end), axis))
                begin = end
        start += weights
    return tuple(found)

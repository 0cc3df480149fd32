"""Fully connected layers: spread over boards by the memory that is left there, or in the boards' DDR.

Each board takes a range of outputs in all three phases, so that a weight is in one place only; errors of the inputs
are partial sums that run along the chain. Layers after the first work faster than the interval asks, as their maps have
a single position and each would otherwise add an interval to the latency both ways.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import Order, Phase, Range, Share
from fpdeep_gen.partition.shares import share_of
from fpdeep_gen.partition.tracks import Axis, Box, Track


@dataclass(frozen=True)
class FlatPiece:
    """Outputs `outputs` of layer `layer` on board `board`."""

    layer: int
    board: int
    outputs: Range


def flat_track(geometry: Geometry, phase: Phase) -> Track:
    """The track of a phase of a fully connected layer."""
    return Track(geometry, phase, Axis.OUTPUTS, Axis.OUTPUTS)


def flat_order(position: int, count: int, phase: Phase) -> Order:
    """Order of the layer at `position` among `count` fully connected ones: layers take turns, so that one consumes as
    the one before it makes. The first takes features as they come and makes errors row by row."""
    if phase is Phase.FORWARD:
        return Order.INPUTS_FIRST if position % 2 == 0 else Order.OUTPUTS_FIRST
    return Order.OUTPUTS_FIRST if position % 2 == 0 else Order.INPUTS_FIRST


@dataclass(frozen=True)
class Speed:
    """How many times faster than the interval asks the forward and backward engines are: of the first fully connected
    layer, and of those after it."""

    first: float
    later: float


def flat_interval(interval: int, position: int, phase: Phase, speed: Speed) -> int:
    """Cycles that the engine may take for an image."""
    if phase is Phase.GRADIENT:
        return interval
    return int(interval / (speed.first if position == 0 else speed.later))


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
            track = flat_track(layer, phase)
            limit = flat_interval(interval, position, phase, speed)
            order = flat_order(position, len(flat), phase)
            box = Box(Range(0, 1), piece.outputs)
            shares.append(share_of(track, piece.board, box, limit, order, phase is Phase.BACKWARD))
    return tuple(shares)


def flat_multipliers(geometry: Sequence[Geometry], piece: FlatPiece, interval: int, speed: Speed) -> int:
    """Multipliers of all phases of a piece."""
    flat = [layer.index for layer in geometry if layer.flat]
    position, layer = flat.index(piece.layer), geometry[piece.layer]
    return sum(
        flat_track(layer, phase).multipliers(
            Box(Range(0, 1), piece.outputs), flat_interval(interval, position, phase, speed)
        )
        for phase in layer.phases
    )


def spread(geometry: Sequence[Geometry], room: Sequence[float]) -> tuple[FlatPiece, ...]:
    """Outputs of all fully connected layers over the boards, weights in proportion to `room`.

    The first layer is on the highest boards, where its features come from, the last one on the lowest: features go down
    the chain once, errors and their sums up once.
    """
    layers = [layer for layer in reversed(geometry) if layer.flat]
    total, whole = sum(room), sum(layer.layer.weight_count for layer in layers)
    bounds = [whole * reached / total for reached in accumulate(room, initial=0.0)]
    found = []
    start = 0
    for layer in layers:
        count, weights = layer.layer.out_channels, layer.layer.weight_count
        begin = 0
        for board in range(len(room)):
            end = min(count, max(0, round(count * (bounds[board + 1] - start) / weights)))
            if end > begin:
                found.append(FlatPiece(layer.index, board, Range(begin, end)))
                begin = end
        start += weights
    return tuple(found)

"""Column blocks of all convolutions on the same boards, for chains whose links are slow for their multipliers.

Boards that are filled layer by layer pass whole tensors on. Where one board has the same columns of every layer, links
carry the image, the columns under the windows at the edges of blocks, and what fully connected layers read.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.candidate import Candidate
from fpdeep_gen.partition.fully_connected import flat_used
from fpdeep_gen.partition.geometry import Geometry, geometries
from fpdeep_gen.partition.hastened import Part, Placed, hastened, placed_of
from fpdeep_gen.partition.model import Phase, Range
from fpdeep_gen.partition.tracks import Axis, Box, Track, channel_axis


def aligned(found: Candidate, network: Network, cluster: Cluster) -> Candidate:
    """The fastest plan that keeps all budgets of those with blocks of columns on two boards or more, fully connected
    layers being where they are; `found` where none is faster."""
    geometry = geometries(network)
    best, placed = found, placed_of(geometry, found)
    used = flat_used(geometry, placed.pieces, found.plan.prediction.interval, placed.speed)
    whole = tuple(board.dsp for board in cluster.boards)
    rooms = dict.fromkeys((tuple(dsp - used[board] for board, dsp in enumerate(whole)), whole))
    layers = [layer for layer in geometry if not layer.flat]
    for base, layer in enumerate(layers):
        for blocks in _numbers(layer.layer.out_columns, len(cluster.boards)):
            for room in rooms:
                cuts = _cuts(layers, base, shared_out(layer.layer.out_columns, room[:blocks]))
                parts = tuple(part for each in layers for part in _parts(each, cuts))
                best = hastened(best, network, cluster, Placed(parts, placed.pieces, placed.speed))
    return best


def _numbers(columns: int, boards: int) -> Iterator[int]:
    """Numbers of blocks, the fewest of each width of the widest one."""
    for width in range(1, columns):
        blocks = -(-columns // width)
        if blocks <= boards and (width == 1 or blocks < -(-columns // (width - 1))):
            yield blocks


def shared_out(columns: int, room: Sequence[int]) -> list[int]:
    """Where blocks end whose columns are in proportion to their boards' `room`, but for the last one."""
    whole = sum(room)
    return [round(columns * up_to / whole) for up_to in accumulate(room[:-1])] if whole else []


def _cuts(layers: Sequence[Geometry], base: int, ends: Sequence[int]) -> list[list[int]]:
    """Columns of each layer's output tensor where blocks end: of the layer `base` those that are given, of those before
    it the ones in the middle of what these read, of those behind it as large a part of the map."""
    cuts = [list(ends)]
    for reader, layer in zip(layers[base:0:-1], layers[base - 1 :: -1] if base else (), strict=True):
        cuts.insert(0, [min(layer.layer.out_columns, _middle(reader, cut)) for cut in cuts[0]])
    whole = layers[base].layer.out_columns
    for layer in layers[base + 1 :]:
        cuts.append([round(layer.layer.out_columns * end / whole) for end in ends])
    return cuts


def _middle(reader: Geometry, cut: int) -> int:
    """The column of its input between those that outputs before `cut` and behind it read about equally much of."""
    layer = reader.layer
    middle = cut * layer.pool_stride * layer.stride + (layer.kernel_columns - 1) // 2 - layer.padding
    return max(0, middle) if cut else 0


def _parts(layer: Geometry, cuts: Sequence[Sequence[int]]) -> Iterator[Part]:
    """All phases of a layer in blocks."""
    of_layer = layer.layer
    sums = [cut * of_layer.pool_stride for cut in cuts[layer.index]]
    for phase in layer.phases:
        ends = sums if phase is not Phase.BACKWARD else [round(cut / of_layer.stride) for cut in cuts[layer.index - 1]]
        axis = channel_axis(layer, phase)
        channels = of_layer.out_channels if axis is Axis.OUTPUTS else of_layer.in_channels
        track, columns = Track(layer, phase, axis, axis), layer.columns(phase)
        borders = [0, *(end if end < columns - track.idle else columns for end in ends), columns]
        for board, (begin, end) in enumerate(pairwise(borders)):
            if begin < end:
                yield Part(track, board, Box(Range(begin, end), Range(0, channels)))

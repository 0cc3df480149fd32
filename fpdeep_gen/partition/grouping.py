"""Which convolution layers are taken in step, so that every board's memory holds its part of them."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TypeAlias

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.family import weight_bits
from fpdeep_gen.partition.geometry import Geometry, training_macs
from fpdeep_gen.partition.traffic import error_bits, feature_bits

LIFETIME = 3.0
"""Intervals that the first layer's features wait for their errors, for an estimate; the last wait none."""

WIDE = 0.8
"""Part of a link's rate that a tensor between two layers cut by columns may take; beyond it they are fused."""

MOST_DISPLACED = 4
"""Layers that are taken out of the fullest group."""

RAMB36_BITS = 36 * 1024

Groups: TypeAlias = tuple[tuple[int, ...], ...]
"""Convolution layers taken in step, groups in chain order."""


class Grouping:
    """Groups of a network's layers where those of `columns` are cut by columns, at an interval in which a link carries
    `room` bits. Memory is an estimate: weights, gradients, copies of weights (but of layers whose sums are `spread`)
    and caches."""

    def __init__(
        self,
        network: Network,
        cluster: Cluster,
        geometry: Sequence[Geometry],
        columns: Sequence[bool],
        interval: float,
        room: float,
        spread: frozenset[int] = frozenset(),
    ) -> None:
        self.network, self.geometry, self.columns = network, geometry, columns
        self.interval, self.room, self.spread = interval, room, spread
        self.memory = min(board.bram36 for board in cluster.boards) * RAMB36_BITS
        self.average = sum(board.dsp for board in cluster.boards) / len(cluster.boards)
        self.conv = [layer.index for layer in geometry if not layer.flat]
        self.known: dict[tuple[int, ...], float] = {}

    @cached_property
    def _places(self) -> dict[int, float]:
        """The part of the network's work that lies before each layer."""
        total, before, found = training_macs(self.network), 0, {}
        for layer in self.conv:
            found[layer] = before * 3 / total
            before += self.geometry[layer].layer.forward_macs
        return found

    def boards(self, group: Sequence[int]) -> float:
        """Boards that a group keeps busy."""
        macs = sum(self.geometry[layer].layer.forward_macs * len(self.geometry[layer].phases) for layer in group)
        return macs / (self.interval * self.average)

    def needed(self, group: Sequence[int]) -> float:
        """Bits of memory of each of a group's boards."""
        key = tuple(group)
        if key not in self.known:
            self.known[key] = self._needed(group)
        return self.known[key]

    def _needed(self, group: Sequence[int]) -> float:
        bits, number = 0.0, self.boards(group)
        for layer in group:
            count = self.geometry[layer].layer.weight_count
            weights = count * weight_bits(self.network, layer)
            copies = count * self.network.layers[layer].formats.weight.width
            single = weights + (copies if len(group) == 1 and layer not in self.spread else 0)
            bits += weights * max(1.0, number) if self.columns[layer] else single
            bits += tensor_bits(self.network, layer) * LIFETIME * (1 - 0.6 * self._places[layer])
        return bits / max(number, 1.0)

    def taken(self, group: Sequence[int]) -> float:
        """`needed`, and line buffers, which each board has of all channels: of forward engines, and of gradients'."""
        return self.needed(group) + sum(line_bits(self.network, self.geometry, layer) for layer in group)

    def merged(self, level: float) -> Groups:
        """Layers joined with neighbours until every group's boards can hold it in the part `level` of their memory, and
        no tensor is too wide for a link."""
        groups = [[self.conv[0]]]
        for layer in self.conv[1:]:
            wide = tensor_bits(self.network, layer) > WIDE * self.room
            if wide and self.columns[layer] and self.columns[layer - 1]:
                groups[-1].append(layer)
            else:
                groups.append([layer])
        while len(groups) > 1:
            worst = max(range(len(groups)), key=lambda index: self.needed(groups[index]))
            if self.needed(groups[worst]) <= self.memory * level:
                break
            sides = [index for index in (worst - 1, worst + 1) if 0 <= index < len(groups)]
            other = min(sides, key=lambda index: self.needed(groups[index]))
            low, high = sorted((worst, other))
            groups[low : high + 1] = [groups[low] + groups[high]]
        return tuple(tuple(group) for group in groups)

    def displaced(self, groups: Groups) -> Iterator[Groups]:
        """The same with the last group's last layers on the boards of groups that have room for them: far from their
        neighbours, which small maps with many weights are worth."""
        last = len(groups) - 1
        for _ in range(MOST_DISPLACED):
            if last < 1 or len(groups[last]) < 2:
                break
            *rest, moved = groups[last]
            other = min(range(last), key=lambda number: self.taken((*groups[number], moved)))
            joined = (*groups[other], moved)
            if max(self.taken(joined), self.taken(rest)) >= self.taken(groups[last]):
                break
            groups = (*groups[:other], joined, *groups[other + 1 : last], tuple(rest))
            yield groups


def line_bits(network: Network, geometry: Sequence[Geometry], layer: int) -> float:
    """Bits of a layer's line buffers on a board, an estimate: of forward engines, and of gradients'."""
    shape = geometry[layer].layer
    features = shape.in_channels * shape.in_columns * feature_bits(network, layer)
    errors = shape.out_channels * shape.conv_columns * error_bits(network, layer + 1)
    return (shape.kernel_rows + 1) * features + 2 * errors


def tensor_bits(network: Network, tensor: int) -> int:
    """Bits of a tensor of an image."""
    return elements(network, tensor) * feature_bits(network, tensor)


def elements(network: Network, tensor: int) -> int:
    """Elements of a tensor of an image."""
    channels, rows, columns = network.tensor_shape(tensor)
    return channels * rows * columns

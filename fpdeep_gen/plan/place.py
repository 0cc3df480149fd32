"""The search: lanes, taps, cuts and boards with the fewest multipliers that keep a given interval.

Dynamic programming along the layers. A state is (layers placed, lanes of the tensor they end in, board they end on);
its labels are partial placements, of which only those stay that no other one beats in every resource.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.cost import groups, softmax_cycles
from fpdeep_gen.plan.fold import tensor_lane_choices
from fpdeep_gen.plan.links import COMMAND_BITS, Crossing, link_cycles, link_plan, payload_bits
from fpdeep_gen.plan.options import Amounts, LayerOptions, Option, Task, add, amounts, fits
from fpdeep_gen.plan.pieces import Piece, pieces_of_layer
from fpdeep_gen.plan.resources import board_room, link_use

LABELS_A_STATE = 12
"""Placements kept in a state, those with the fewest multipliers first: bounds the time of a search."""


@dataclass(frozen=True)
class Found:
    """A placement of all layers."""

    lanes: tuple[int, ...]
    taps: tuple[int, ...]
    p_in: tuple[int, ...]
    p_error: tuple[int, ...]
    p_back: tuple[int, ...]
    update_lanes: tuple[int, ...]
    pieces: tuple[Piece, ...]
    multipliers: int


@dataclass(frozen=True)
class _Label:
    """A placement of the first layers: `used` on its last board, and the choice that led here."""

    multipliers: int
    memory: int
    used: Amounts
    board: int
    option: Option | None
    first_board: int
    before: "_Label | None"


def slowest_interval(network: Network, cluster: Cluster) -> int:
    """Cycles that suffice for engines of one multiplier, and for words of one channel on the slowest link."""
    areas = (max(layer.in_rows * layer.in_columns, layer.conv_rows * layer.conv_columns) for layer in network.layers)
    work = max(area * layer.weight_count for area, layer in zip(areas, network.layers, strict=True))
    if not cluster.links:
        return work + softmax_cycles(network.layers[-1].out_channels)
    tensors = range(len(network.layers) + 1)
    values = max(rows * columns * channels for channels, rows, columns in map(network.tensor_shape, tensors))
    flits = 2 * values * groups(network.accumulator_width, min(payload_bits(link) for link in cluster.links))
    rate = min(link.flits_per_cycle(cluster.clock_mhz) for link in cluster.links)
    return work + softmax_cycles(network.layers[-1].out_channels) + int((flits + COMMAND_BITS) / rate)


class Search:
    """Placements within one `Task`, for any interval."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.network = task.network
        self.cluster = task.cluster
        rooms = [amounts(board_room(board)) for board in task.cluster.boards]
        kept = [amounts(use) for use in task.reserved]
        self.rooms = [
            (room[0] - keep[0], room[1] - keep[1], room[2] - keep[2], room[3] - keep[3])
            for room, keep in zip(rooms, kept, strict=True)
        ]
        self.choices = LayerOptions(task, max(room[0] for room in self.rooms))
        self.link = cache(self._link)

    def _link(self, board: int, where: Crossing, lanes_in: int, lanes_out: int) -> tuple[int, Amounts, Amounts]:
        """(cycles an image, use below, use above) of the boundary above `board`."""
        lanes = [1] * (len(self.network.layers) + 1)
        lanes[where.tensor - 1], lanes[where.tensor] = lanes_in, lanes_out
        plan = link_plan(self.network, self.cluster, lanes, board, where)
        link = self.cluster.links[board]
        below, above = link_use(plan, link)
        return link_cycles(plan, link, self.cluster.clock_mhz), amounts(below), amounts(above)

    def find(self, interval: int) -> Found | None:
        """The placement on all boards with the fewest multipliers that keeps `interval`; None where there is none."""
        states: dict[tuple[int, int], list[_Label]] = {}
        for lanes in tensor_lane_choices(self.network, 0, self.task.forced):
            states[lanes, 0] = [_Label(0, 0, (0, 0, 0, 0), 0, None, 0, None)]
        for layer in range(len(self.network.layers)):
            following: dict[tuple[int, int], list[_Label]] = {}
            for lanes_in in sorted({lanes for lanes, _ in states}):
                options = self.choices.options(layer, lanes_in, interval)
                for (lanes, _), labels in states.items():
                    if lanes == lanes_in:
                        self._extend(layer, lanes_in, labels, options, interval, following)
            states = {state: _undominated(labels) for state, labels in following.items()}
        last = len(self.cluster.boards) - 1
        ends = [label for (_, board), labels in states.items() if board == last for label in labels]
        if not ends:
            return None
        return self._found(min(ends, key=lambda label: (label.multipliers, label.memory)))

    def parted(self, found: Found, interval: int) -> Found:
        """`found` with the backward engines that have the fewest multipliers within `interval`."""
        parts = []
        for layer, taps in enumerate(found.taps):
            channels = tuple(piece.channels for piece in pieces_of_layer(found.pieces, layer))
            lanes_in, lanes_out = found.lanes[layer : layer + 2]
            folds = self.choices.folds(layer, lanes_in, lanes_out, taps, channels, interval)
            parts.append((folds[0].p_error, folds[0].p_back) if folds else (found.p_error[layer], found.p_back[layer]))
        return replace(found, p_error=tuple(part[0] for part in parts), p_back=tuple(part[1] for part in parts))

    def _extend(
        self,
        layer: int,
        lanes_in: int,
        labels: Sequence[_Label],
        options: Sequence[Option],
        interval: int,
        following: dict[tuple[int, int], list[_Label]],
    ) -> None:
        for label in labels:
            for first_board, used in self._starts(layer, label, interval):
                for option in options:
                    if option.board is not None and option.board != first_board:
                        continue
                    end = self._run(layer, lanes_in, option, first_board, used, interval)
                    if end is None:
                        continue
                    memory = label.memory + sum(use[1] for use in option.uses)
                    multipliers = label.multipliers + option.multipliers
                    board = first_board + len(option.channels) - 1
                    made = _Label(multipliers, memory, end, board, option, first_board, label)
                    following.setdefault((option.lanes_out, board), []).append(made)

    def _starts(self, layer: int, label: _Label, interval: int) -> Iterator[tuple[int, Amounts]]:
        """(board, what is used of it already) where the next layer may begin."""
        yield label.board, label.used
        if label.option is None or label.board + 1 >= len(self.cluster.boards):
            return
        where = Crossing(layer, self.network.layers[layer - 1].out_channels, False)
        cycles, below, above = self.link(label.board, where, 1, label.option.lanes_out)
        if cycles <= interval and fits(add(label.used, below), self.rooms[label.board]):
            yield label.board + 1, above

    def _run(
        self, layer: int, lanes_in: int, option: Option, first_board: int, used: Amounts, interval: int
    ) -> Amounts | None:
        """What the last board holds after the slices of `option` are put on boards from `first_board` on."""
        if first_board + len(option.channels) > len(self.cluster.boards):
            return None
        end = 0
        for index, use in enumerate(option.uses):
            board = first_board + index
            used = add(used, use)
            end += option.channels[index]
            if index + 1 == len(option.uses):
                return used if fits(used, self.rooms[board]) else None
            cycles, below, above = self.link(board, Crossing(layer + 1, end, True), lanes_in, option.lanes_out)
            if cycles > interval or not fits(add(used, below), self.rooms[board]):
                return None
            used = above
        return None

    def _found(self, label: _Label) -> Found:
        chain: list[_Label] = []
        step: _Label | None = label
        while step is not None and step.option is not None:
            chain.append(step)
            step = step.before
        chain.reverse()
        options = [(item.option, item.first_board) for item in chain if item.option is not None]
        pieces = [
            Piece(layer, board + index, sum(option.channels[:index]), sum(option.channels[: index + 1]))
            for layer, (option, board) in enumerate(options)
            for index in range(len(option.channels))
        ]
        return Found(
            (options[0][0].lanes_in, *(option.lanes_out for option, _ in options)),
            tuple(option.p_tap for option, _ in options),
            tuple(option.p_in for option, _ in options),
            tuple(option.p_error for option, _ in options),
            tuple(option.p_back for option, _ in options),
            tuple(option.update_lanes for option, _ in options),
            tuple(pieces),
            label.multipliers,
        )


def _dominates(first: _Label, second: _Label) -> bool:
    return first.multipliers <= second.multipliers and first.memory <= second.memory and fits(first.used, second.used)


def _undominated(labels: Sequence[_Label]) -> list[_Label]:
    ordered = sorted(labels, key=lambda label: (label.multipliers, label.memory, label.used))
    kept: list[_Label] = []
    for label in ordered:
        if len(kept) == LABELS_A_STATE:
            break
        if not any(_dominates(other, label) for other in kept):
            kept.append(label)
    return kept

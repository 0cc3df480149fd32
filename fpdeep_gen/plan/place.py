"""The search: lanes, taps, cuts and boards with the fewest multipliers that keep a given interval.

Dynamic programming along the layers. A state is (layers placed, lanes of the tensor they end in, board they end on);
its labels are partial placements, of which only those stay that no other one beats in every resource.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from fpdeep_gen.board.memory import Use
from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.cost import Fold, groups, slice_cycles, slice_fold, softmax_cycles, tap_choices
from fpdeep_gen.plan.depths import least_cache_depth, least_mask_depth
from fpdeep_gen.plan.fold import divisors, tensor_lane_choices, update_lane_choice
from fpdeep_gen.plan.links import COMMAND_BITS, Crossing, link_cycles, link_plan, payload_bits
from fpdeep_gen.plan.pieces import Forced, Piece, pieces_of_layer
from fpdeep_gen.plan.resources import board_room, engines_use, link_use, slice_use

LABELS_A_STATE = 12
"""Placements kept in a state, those with the fewest multipliers first: bounds the time of a search."""

Amounts = tuple[int, int, int, int]
"""DSP, RAMB18, LUT, FF."""


@dataclass(frozen=True)
class Task:
    """What the search is given. `images_cached[l]`: images that the caches of layer l are taken to hold; `reserved`: of
    each board, what is kept free for what the search doesn't see."""

    network: Network
    cluster: Cluster
    forced: Forced
    images_cached: tuple[int, ...]
    reserved: tuple[Use, ...]


@dataclass(frozen=True)
class Option:
    """One way to build a layer: its lanes out, taps, and the output channels of each of its slices."""

    p_in: int
    p_out: int
    p_tap: int
    update_lanes: int
    channels: tuple[int, ...]
    uses: tuple[Amounts, ...]
    multipliers: int
    board: int | None


@dataclass(frozen=True)
class Found:
    """A placement of all layers."""

    lanes: tuple[int, ...]
    taps: tuple[int, ...]
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


def _amounts(use: Use) -> Amounts:
    return (use.dsp, use.bram18, use.lut, use.ff)


def _sum(first: Amounts, second: Amounts) -> Amounts:
    return (first[0] + second[0], first[1] + second[1], first[2] + second[2], first[3] + second[3])


def _fits(used: Amounts, room: Amounts) -> bool:
    return used[0] <= room[0] and used[1] <= room[1] and used[2] <= room[2] and used[3] <= room[3]


def even_cut(channels: int, lanes: int, slices: int) -> tuple[int, ...]:
    """`channels` in `slices` parts of whole words, as even as they can be, larger ones first."""
    words = groups(channels, lanes)
    sizes = [(words // slices + (part < words % slices)) * lanes for part in range(slices)]
    sizes[-1] -= words * lanes - channels
    return tuple(sizes)


def update_goal_cycles(network: Network, interval: int) -> int:
    """Cycles that an update may take: a sixteenth of a mini-batch."""
    return max(1, interval * network.training.batch // 16)


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
        rooms = [_amounts(board_room(board)) for board in task.cluster.boards]
        kept = [_amounts(use) for use in task.reserved]
        self.rooms = [
            (room[0] - keep[0], room[1] - keep[1], room[2] - keep[2], room[3] - keep[3])
            for room, keep in zip(rooms, kept, strict=True)
        ]
        self.most_dsp = max(room[0] for room in self.rooms)
        self.fold = cache(self._fold)
        self.use = cache(self._use)
        self.engines = cache(self._engines)
        self.link = cache(self._link)

    def _fold(self, layer: int, p_in: int, p_out: int, p_tap: int, channels: int) -> Fold:
        return slice_fold(self.network, layer, p_in, p_out, p_tap, channels)

    def _engines(self, layer: int, fold: Fold) -> Use:
        return engines_use(self.network, layer, fold)

    def _use(self, layer: int, fold: Fold, update_lanes: int, is_lowest: bool) -> Amounts:
        images = self.task.images_cached[layer]
        words = max(least_cache_depth(fold), images * fold.in_words)
        mask = max(least_mask_depth(fold), images * fold.out_words) if fold.has_relu_pool else 0
        engines = self.engines(layer, fold)
        return _amounts(slice_use(self.network, layer, fold, update_lanes, words, mask, is_lowest, engines))

    def _link(self, board: int, where: Crossing, p_in: int, p_out: int) -> tuple[int, Amounts, Amounts]:
        """(cycles an image, use below, use above) of the boundary above `board`."""
        lanes = [1] * (len(self.network.layers) + 1)
        lanes[where.tensor - 1], lanes[where.tensor] = p_in, p_out
        plan = link_plan(self.network, self.cluster, lanes, board, where)
        link = self.cluster.links[board]
        below, above = link_use(plan, link)
        return link_cycles(plan, link, self.cluster.clock_mhz), _amounts(below), _amounts(above)

    def _cuts(self, layer: int, p_out: int) -> Iterator[tuple[tuple[int, ...], int | None]]:
        """(channels of the slices, board of the first one where it is forced)."""
        forced = self.task.forced.slices
        channels = self.network.layers[layer].out_channels
        if forced is not None:
            pieces = pieces_of_layer(forced, layer)
            if all(piece.out_begin % p_out == 0 for piece in pieces):
                yield tuple(piece.channels for piece in pieces), pieces[0].board
            return
        for slices in range(1, min(groups(channels, p_out), len(self.cluster.boards)) + 1):
            yield even_cut(channels, p_out, slices), None

    def options(self, layer: int, p_in: int, interval: int) -> tuple[Option, ...]:
        """Ways to build layer `layer` on words of `p_in` lanes within `interval`: for each p_out and number of slices
        the one with the fewest taps."""
        found = []
        for p_out in tensor_lane_choices(self.network, layer + 1, self.task.forced):
            for channels, board in self._cuts(layer, p_out):
                option = self._option(layer, p_in, p_out, channels, board, interval)
                if option is not None:
                    found.append(option)
        return tuple(found)

    def _option(
        self, layer: int, p_in: int, p_out: int, channels: tuple[int, ...], board: int | None, interval: int
    ) -> Option | None:
        forced = self.task.forced
        taps = tap_choices(self.network.layers[layer]) if forced.taps is None else (forced.taps[layer],)
        for p_tap in taps:
            folds = [self.fold(layer, p_in, p_out, p_tap, part) for part in channels]
            if max(slice_cycles(fold) for fold in folds) > interval:
                continue
            if folds[0].multipliers * folds[0].engine_count > self.most_dsp:
                return None
            if forced.update_lanes is not None:
                update = forced.update_lanes[layer]
                if update not in divisors(folds[0].multipliers):
                    continue
            else:
                update = update_lane_choice(folds, update_goal_cycles(self.network, interval))
            uses = tuple(self.use(layer, fold, update, index == 0) for index, fold in enumerate(folds))
            multipliers = sum(fold.multipliers * fold.engine_count for fold in folds)
            return Option(p_in, p_out, p_tap, update, channels, uses, multipliers, board)
        return None

    def find(self, interval: int) -> Found | None:
        """The placement on all boards with the fewest multipliers that keeps `interval`; None where there is none."""
        states: dict[tuple[int, int], list[_Label]] = {}
        for lanes in tensor_lane_choices(self.network, 0, self.task.forced):
            states[lanes, 0] = [_Label(0, 0, (0, 0, 0, 0), 0, None, 0, None)]
        for layer in range(len(self.network.layers)):
            following: dict[tuple[int, int], list[_Label]] = {}
            for p_in in sorted({lanes for lanes, _ in states}):
                options = self.options(layer, p_in, interval)
                for (lanes, _), labels in states.items():
                    if lanes == p_in:
                        self._extend(layer, p_in, labels, options, interval, following)
            states = {state: _undominated(labels) for state, labels in following.items()}
        last = len(self.cluster.boards) - 1
        ends = [label for (_, board), labels in states.items() if board == last for label in labels]
        if not ends:
            return None
        return self._found(min(ends, key=lambda label: (label.multipliers, label.memory)))

    def _extend(
        self,
        layer: int,
        p_in: int,
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
                    end = self._run(layer, p_in, option, first_board, used, interval)
                    if end is None:
                        continue
                    memory = label.memory + sum(use[1] for use in option.uses)
                    multipliers = label.multipliers + option.multipliers
                    board = first_board + len(option.channels) - 1
                    made = _Label(multipliers, memory, end, board, option, first_board, label)
                    following.setdefault((option.p_out, board), []).append(made)

    def _starts(self, layer: int, label: _Label, interval: int) -> Iterator[tuple[int, Amounts]]:
        """(board, what is used of it already) where the next layer may begin."""
        yield label.board, label.used
        if label.option is None or label.board + 1 >= len(self.cluster.boards):
            return
        where = Crossing(layer, self.network.layers[layer - 1].out_channels, False)
        cycles, below, above = self.link(label.board, where, 1, label.option.p_out)
        if cycles <= interval and _fits(_sum(label.used, below), self.rooms[label.board]):
            yield label.board + 1, above

    def _run(
        self, layer: int, p_in: int, option: Option, first_board: int, used: Amounts, interval: int
    ) -> Amounts | None:
        """What the last board holds after the slices of `option` are put on boards from `first_board` on."""
        if first_board + len(option.channels) > len(self.cluster.boards):
            return None
        end = 0
        for index, use in enumerate(option.uses):
            board = first_board + index
            used = _sum(used, use)
            end += option.channels[index]
            if index + 1 == len(option.uses):
                return used if _fits(used, self.rooms[board]) else None
            cycles, below, above = self.link(board, Crossing(layer + 1, end, True), p_in, option.p_out)
            if cycles > interval or not _fits(_sum(used, below), self.rooms[board]):
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
            (options[0][0].p_in, *(option.p_out for option, _ in options)),
            tuple(option.p_tap for option, _ in options),
            tuple(option.update_lanes for option, _ in options),
            tuple(pieces),
            label.multipliers,
        )


def _dominates(first: _Label, second: _Label) -> bool:
    return first.multipliers <= second.multipliers and first.memory <= second.memory and _fits(first.used, second.used)


def _undominated(labels: Sequence[_Label]) -> list[_Label]:
    ordered = sorted(labels, key=lambda label: (label.multipliers, label.memory, label.used))
    kept: list[_Label] = []
    for label in ordered:
        if len(kept) == LABELS_A_STATE:
            break
        if not any(_dominates(other, label) for other in kept):
            kept.append(label)
    return kept

"""Ways to build one layer within an interval: lanes out, taps, what its engines take of a word, cuts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from fpdeep_gen.board.memory import Use
from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.cost import Fold, groups, slice_cycles, slice_fold, tap_choices, window_cycles
from fpdeep_gen.plan.depths import least_cache_depth, least_mask_depth
from fpdeep_gen.plan.fold import divisors, tensor_lane_choices, update_lane_choice
from fpdeep_gen.plan.pieces import Forced, pieces_of_layer
from fpdeep_gen.plan.resources import engines_use, slice_use

Amounts = tuple[int, int, int, int]
"""DSP, RAMB18, LUT, FF."""


@dataclass(frozen=True)
class Task:
    """What the search is given. `images_cached[l]`: images that the caches of layer l are taken to hold; `reserved`: of
    each board, what is kept free for what the search doesn't see; `makes_parts`: backward engines may make words in
    parts (which costs registers and choices of weights)."""

    network: Network
    cluster: Cluster
    forced: Forced
    images_cached: tuple[int, ...]
    reserved: tuple[Use, ...]
    makes_parts: bool = True


@dataclass(frozen=True)
class Option:
    """One way to build a layer: its lanes, taps, what its engines take of a word, and the output channels of each of
    its slices."""

    lanes_in: int
    lanes_out: int
    p_tap: int
    p_in: int
    p_error: int
    p_back: int
    update_lanes: int
    channels: tuple[int, ...]
    uses: tuple[Amounts, ...]
    multipliers: int
    board: int | None


def amounts(use: Use) -> Amounts:
    """A use as a tuple, which the search adds and compares often."""
    return (use.dsp, use.bram18, use.lut, use.ff)


def add(first: Amounts, second: Amounts) -> Amounts:
    """Sum of two uses."""
    return (first[0] + second[0], first[1] + second[1], first[2] + second[2], first[3] + second[3])


def fits(used: Amounts, room: Amounts) -> bool:
    """Whether every resource is within `room`."""
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


class LayerOptions:
    """Ways to build the layers of a `Task` on boards of at most `most_dsp` DSP slices."""

    def __init__(self, task: Task, most_dsp: int) -> None:
        self.task = task
        self.network = task.network
        self.most_dsp = most_dsp
        self.fold = cache(self._fold)
        self.use = cache(self._use)
        self.engines = cache(self._engines)

    def _fold(
        self,
        layer: int,
        lanes_in: int,
        lanes_out: int,
        p_tap: int,
        channels: int,
        p_in: int,
        p_error: int,
        p_back: int,
    ) -> Fold:
        return slice_fold(self.network, layer, lanes_in, lanes_out, p_tap, channels, p_in, p_error, p_back)

    def _engines(self, layer: int, fold: Fold) -> Use:
        return engines_use(self.network, layer, fold)

    def _use(self, layer: int, fold: Fold, update_lanes: int, is_lowest: bool) -> Amounts:
        images = self.task.images_cached[layer]
        words = max(least_cache_depth(fold), images * fold.in_words)
        mask = max(least_mask_depth(fold), images * fold.out_words) if fold.has_relu_pool else 0
        engines = self.engines(layer, fold)
        return amounts(slice_use(self.network, layer, fold, update_lanes, words, mask, is_lowest, engines))

    def _cuts(self, layer: int, lanes_out: int) -> Iterator[tuple[tuple[int, ...], int | None]]:
        """(channels of the slices, board of the first one where it is forced)."""
        forced = self.task.forced.slices
        channels = self.network.layers[layer].out_channels
        if forced is not None:
            pieces = pieces_of_layer(forced, layer)
            if all(piece.out_begin % lanes_out == 0 for piece in pieces):
                yield tuple(piece.channels for piece in pieces), pieces[0].board
            return
        for slices in range(1, min(groups(channels, lanes_out), len(self.task.cluster.boards)) + 1):
            yield even_cut(channels, lanes_out, slices), None

    def options(self, layer: int, lanes_in: int, interval: int) -> tuple[Option, ...]:
        """Ways to build layer `layer` on words of `lanes_in` lanes within `interval`: for each number of lanes out,
        slices and taps the one with the fewest multipliers; of those that differ in taps none that another one beats in
        every resource."""
        found: list[Option] = []
        for lanes_out in tensor_lane_choices(self.network, layer + 1, self.task.forced):
            for channels, board in self._cuts(layer, lanes_out):
                found.extend(_unbeaten(self._by_taps(layer, lanes_in, lanes_out, channels, board, interval)))
        return tuple(found)

    def _by_taps(
        self, layer: int, lanes_in: int, lanes_out: int, channels: tuple[int, ...], board: int | None, interval: int
    ) -> Iterator[Option]:
        forced = self.task.forced
        taps = tap_choices(self.network.layers[layer]) if forced.taps is None else (forced.taps[layer],)
        for p_tap in taps:
            folds = self.folds(layer, lanes_in, lanes_out, p_tap, channels, interval)
            if folds is None or folds[0].multipliers > self.most_dsp:
                continue
            if forced.update_lanes is not None:
                update = forced.update_lanes[layer]
                if update not in divisors(folds[0].word_weights):
                    continue
            else:
                update = update_lane_choice(folds, update_goal_cycles(self.network, interval))
            uses = tuple(self.use(layer, fold, update, index == 0) for index, fold in enumerate(folds))
            multipliers = sum(fold.multipliers for fold in folds)
            p_in, p_error, p_back = folds[0].p_in, folds[0].p_error, folds[0].p_back
            yield Option(lanes_in, lanes_out, p_tap, p_in, p_error, p_back, update, channels, uses, multipliers, board)

    def folds(
        self, layer: int, lanes_in: int, lanes_out: int, p_tap: int, channels: tuple[int, ...], interval: int
    ) -> list[Fold] | None:
        """The folds of a layer's slices, whose engines have as few multipliers as `interval` allows; of equally many
        those that make the most of an output word a cycle."""
        forced = self.task.forced
        largest = max(channels)
        inputs = divisors(lanes_in) if forced.p_in is None else (forced.p_in[layer],)
        errors = _parts(lanes_out, forced.p_error, layer, layer > 0)
        backs = _parts(lanes_in, forced.p_back, layer, layer > 0 and self.task.makes_parts)
        if any(lanes_in % part for part in (*inputs, *backs)) or any(lanes_out % part for part in errors):
            return None
        for p_in in inputs:
            fold = self.fold(layer, lanes_in, lanes_out, p_tap, largest, p_in, errors[-1], backs[-1])
            if window_cycles(fold) <= interval:
                break
        else:
            return None
        for p_error, p_back in sorted(product(errors, backs), key=lambda parts: (parts[0] * parts[1], -parts[1])):
            fold = self.fold(layer, lanes_in, lanes_out, p_tap, largest, p_in, p_error, p_back)
            if slice_cycles(fold) <= interval:
                return [self.fold(layer, lanes_in, lanes_out, p_tap, part, p_in, p_error, p_back) for part in channels]
        return None


def _parts(lanes: int, forced: tuple[int, ...] | None, layer: int, divides: bool) -> tuple[int, ...]:
    """What the backward engine of `layer` may take or make of a word of `lanes` a cycle."""
    if forced is not None:
        return (forced[layer],)
    return divisors(lanes) if divides else (lanes,)


def _unbeaten(options: Iterable[Option]) -> Iterator[Option]:
    """Those that no other one beats in multipliers and in every resource of every slice; the first of equal ones."""
    kept: list[Option] = []
    for option in sorted(options, key=lambda option: (option.multipliers, option.p_tap)):
        if not any(all(map(fits, other.uses, option.uses)) for other in kept):
            kept.append(option)
            yield option

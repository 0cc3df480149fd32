"""Where fully connected weights and gradients are kept, and how many images share a read of them."""

from collections.abc import Mapping, Sequence
from math import ceil, inf
from typing import TypeAlias

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.partition.budget import ddr_rate, memory_left
from fpdeep_gen.partition.fully_connected import unit_weights
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import BalancedPlan, Kept, Place
from fpdeep_gen.partition.tracks import Axis

Places: TypeAlias = tuple[Place, Place]
"""Of fully connected weights and of their gradients."""

ORDER: tuple[Places, ...] = ((Place.CHIP, Place.CHIP), (Place.CHIP, Place.DDR), (Place.DDR, Place.DDR))
"""The best first."""

HOPED = 0.7
"""Part of the memory of all boards that fully connected layers may hope for."""

ROOM_USED = 0.99
"""Part of the memory that is left which fully connected weights may take, packed as they were in the round before."""

RAMB18_BITS = 18 * 1024

LEAST_ROOM = 0.04
"""Part of a board's memory below which no fully connected weights are put there: small stores are packed badly."""

LESS = 0.97
"""Part of its weights that a board keeps at most where they took too much."""

GATHERED = (1.01, 1.06, 1.15, 1.3)
"""Times the weights of fully connected layers that the boards have room for which they are gathered on."""

DDR_USED = 0.99
"""Part of the rate of DDR which is planned with."""

FEATURE_BITS = 16
"""Of a feature in DDR."""

WEIGHT_PART = 0.85
"""Part of that which reads of weights may take at most."""


class FlatMemory:
    """Memory of one network's fully connected layers on one cluster; `batch`: images of a mini-batch; `axes`: along
    which they are cut."""

    def __init__(self, cluster: Cluster, geometry: Sequence[Geometry], batch: int, axes: Mapping[int, Axis]) -> None:
        self.cluster = cluster
        self.geometry = geometry
        self.batch = batch
        flat = [layer.layer for layer in geometry if layer.flat]
        inputs = sorted(layer.in_channels * layer.in_rows * layer.in_columns for layer in flat)
        self.features = 2 * FEATURE_BITS * sum(inputs[-2:])
        self.weights = sum(layer.weight_count for layer in flat)
        self.axes = axes
        self.unit = max((unit_weights(geometry[layer], axis) for layer, axis in axes.items()), default=0)
        self.weight_width = flat[0].formats.weight.width if flat else 0
        self.gradient_width = flat[0].formats.gradient_width if flat else 0

    def hoped(self) -> Places:
        """Where they may go, by what the whole chain has."""
        memory = sum(2 * board.bram36 for board in self.cluster.boards) * RAMB18_BITS * HOPED
        if self.weights * (self.weight_width + self.gradient_width) <= memory:
            return (Place.CHIP, Place.CHIP)
        return (Place.CHIP if self.weights * self.weight_width <= memory else Place.DDR, Place.DDR)

    def held(self, plan: BalancedPlan, places: Places) -> float:
        """Part of the weights, with gradients where these are on chip too, that all boards together have room for
        beside all else."""
        left = sum(max(0, count) for count in memory_left(plan, self.geometry))
        return left * RAMB18_BITS / max(1, self.weights * self._width(places))

    def _width(self, places: Places) -> int:
        """Bits on chip of a weight whose place is on chip."""
        return self.weight_width + (self.gradient_width if places[1] is Place.CHIP else 0)

    def first(self, places: Places) -> tuple[float, ...]:
        """Proportions in which boards have weights at first: all alike, but for those without DDR where gradients are
        there; or where the weights are in DDR, as they can read them."""
        rates = [ddr_rate(board, self.cluster.clock_mhz) for board in self.cluster.boards]
        if places[1] is Place.CHIP or not any(rates):
            return (1.0,) * len(rates)
        if places[0] is Place.CHIP:
            return tuple(float(rate > 0) for rate in rates)
        return tuple(rate / max(rates) for rate in rates)

    def unit_bram18(self, places: Places) -> float:
        """RAMB18s that the weights of a channel take."""
        return self.unit * self._width(places) / RAMB18_BITS

    def room(self, plan: BalancedPlan, places: Places) -> tuple[float, ...] | None:
        """Weights that each board has room for beside all else; None where all of them together have too little. Where
        gradients are in DDR, no more than can be read and written for each image, or where boards have unlike DDR for
        as few images as let that be enough; of boards alike memory alone decides then, so that links may choose."""
        width = self._width(places)
        left = memory_left(plan, self.geometry)
        kept, taken = [0] * len(left), [0] * len(left)
        for store in plan.stores:
            if self.geometry[store.layer].flat and store.place is Place.CHIP:
                kept[store.board] += store.words * store.width
                taken[store.board] += store.bram18 * RAMB18_BITS
        words = []
        for board, (count, bits, memory) in enumerate(zip(left, kept, taken, strict=True)):
            full = min(1.0, bits / memory) if memory else 1.0
            room = max(0, count) * RAMB18_BITS
            if count < LEAST_ROOM * 2 * self.cluster.boards[board].bram36:
                room = 0
            most = min(room * ROOM_USED * full, bits * LESS if memory > room else inf) / width
            able = places[1] is Place.CHIP or self.cluster.boards[board].ddr is not None
            words.append(max(0.0, most - self.unit / 2) if able else 0.0)
        if sum(words) < self.weights:
            return None
        if places[1] is Place.DDR:
            bits = 2 * bytes_wide(self.gradient_width)
            interval = plan.prediction.interval
            alone = [self.ddr_room(board, interval) / bits for board in range(len(left))]
            for images in range(1, self.batch + 1 if len(set(alone)) > 1 else 2):
                both = tuple(min(own, images * one) for own, one in zip(words, alone, strict=True))
                if sum(both) >= self.weights:
                    return both
        return tuple(words)

    def gathered(self, words: tuple[float, ...], most: float) -> tuple[float, ...]:
        """The same without the lowest boards, as far as those above them have room for `most` times all weights:
        streams of fully connected layers then have a shorter way."""
        rest, found = sum(words), list(words)
        for board, count in enumerate(words):
            rest -= count
            if rest < most * self.weights:
                break
            found[board] = 0.0
        return tuple(found)

    def ddr_room(self, board: int, interval: int) -> float:
        """Bits that go to and from a board's DDR in an interval beside the features of two layers."""
        whole = ddr_rate(self.cluster.boards[board], self.cluster.clock_mhz) * interval * DDR_USED
        return max(whole / 2, whole - self.features) if whole else 0.0

    def shared(self, interval: int, words: Mapping[int, int], places: Places) -> tuple[int, int]:
        """Images that must share a read of weights, and of gradients, in DDR: as few as can be for the weights, on
        which the pipeline waits. No more than a batch has: where these are too few, all of them, which takes a longer
        interval. `words`: weights on each board that has any."""
        reads = {
            board: 2 * count * bytes_wide(self.weight_width) if places[0] is Place.DDR else 0
            for board, count in words.items()
        }
        rooms = {board: self.ddr_room(board, interval) for board in words if self.ddr_room(board, interval)}
        fewest = max([1, *(ceil(reads[board] / (WEIGHT_PART * room)) for board, room in rooms.items())])
        least = min(fewest, self.batch)
        if places[1] is Place.CHIP:
            return least, 1
        more = {board: 2 * count * bytes_wide(self.gradient_width) for board, count in words.items()}
        rests = {board: room - reads[board] / least for board, room in rooms.items()}
        if any(rest * self.batch < more[board] for board, rest in rests.items()):
            return least, self.batch
        return least, max([1, *(ceil(more[board] / rest) for board, rest in rests.items())])

    def shortest(self, plan: BalancedPlan) -> int:
        """The interval in which DDR moves what the plan takes for an image."""
        rates = (ddr_rate(board, plan.cluster.clock_mhz) * DDR_USED for board in plan.cluster.boards)
        return max(ceil(use.ddr_bits / rate) if rate else 0 for use, rate in zip(plan.uses, rates, strict=True))


def flat_words(plan: BalancedPlan, geometry: Sequence[Geometry]) -> list[float]:
    """Fully connected weights on each board."""
    words = [0.0] * len(plan.uses)
    for store in plan.stores:
        if geometry[store.layer].flat and store.kept is Kept.WEIGHTS:
            words[store.board] += store.words
    return words


def bytes_wide(width: int) -> int:
    """Bits of a word in DDR, which are whole bytes."""
    return -(-width // 8) * 8

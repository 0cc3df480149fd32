"""The search: schemes with more and more layers in step, and for each the shortest interval that fills the boards."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import TypeAlias

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.errors import Problem
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.assemble import Decided, assemble, auxiliary_dsp
from fpdeep_gen.partition.budget import budget_problems, ddr_rate, memory_left
from fpdeep_gen.partition.family import Scheme, track_groups, tracks_of
from fpdeep_gen.partition.fill import Piece, fill
from fpdeep_gen.partition.fully_connected import FlatPiece, Speed, flat_multipliers, flat_shares, spread
from fpdeep_gen.partition.geometry import geometries, training_macs
from fpdeep_gen.partition.model import BalancedPlan, Place, Range, Share
from fpdeep_gen.partition.schemes import schemes
from fpdeep_gen.partition.shares import shares_of
from fpdeep_gen.partition.tracks import Track

STEP = 0.001
"""Steps of the intervals that are tried, in parts of the bound."""

MOST_STEPS, GROWING = 300_000, 16
"""Longest interval tried; steps grow by one part in so many of what is added to the bound."""

FIRST = 6
"""Steps above the bound that are tried first."""

COARSE = 4
"""Steps at a time until one fits."""

ALLOWANCES = (1.08, 1.18, 1.35)
"""Multipliers that every board keeps for fully connected layers, in parts of what equal shares need."""

SPEEDS = (Speed(1, 1), Speed(1.5, 4), Speed(2, 8), Speed(3, 12), Speed(4, 16))
SCHEMES_MORE = 4
"""Schemes tried once one keeps the budgets, while fully connected layers are in DDR or throughput is not yet near."""

LIGHT, LIGHT_SPEED = 0.02, 2
"""Where fully connected layers are no more than this part of the work, the search begins with this speed."""

FILL = 3.95
"""Latency in intervals that faster fully connected engines are tried for."""

HOPED = 0.7
"""Part of the memory of all boards that fully connected layers may hope for."""

WORTH = 0.955
"""Part of the work bound that faster engines must leave."""

ROOM_USED = 0.98
"""Part of the memory that is left which fully connected weights may take."""

RAMB18_BITS = 18 * 1024

DDR_USED = 0.92
"""Part of that rate which is planned with; the rest is for features of fully connected layers."""

WEIGHT_PART = 0.85
"""Part of the rate of DDR that reads of weights may take at most."""


Places: TypeAlias = tuple[Place, Place]
"""Of fully connected weights and of their gradients."""


@dataclass(frozen=True)
class Candidate:
    """A plan and by how much it exceeds which budgets (nothing where it is feasible)."""

    plan: BalancedPlan
    places: Places
    excess: tuple[Problem, ...]

    @property
    def rank(self) -> tuple[int, int, int]:
        """The less the better: budgets exceeded, fully connected weights off chip, interval."""
        return (len(self.excess), self.places.count(Place.DDR), self.plan.prediction.interval)


class Search:
    """One network on one cluster."""

    def __init__(self, network: Network, cluster: Cluster) -> None:
        self.network = network
        self.cluster = cluster
        self.geometry = geometries(network)
        self.dsp = [board.dsp for board in cluster.boards]
        self.work = training_macs(network) / sum(self.dsp)
        self.flat_weights = sum(layer.layer.weight_count for layer in self.geometry if layer.flat)
        self.first_speed = LIGHT_SPEED if 3 * self.flat_weights <= LIGHT * training_macs(network) else 0

    def best(self) -> Candidate | None:
        """The first scheme's plan that keeps all budgets with fully connected layers where they may hope to be, else
        the best of all that keep the budgets, else the one that exceeds the fewest."""
        found: tuple[Candidate, Scheme] | None = None
        more = SCHEMES_MORE
        for scheme in schemes(self.network, self.cluster, self.geometry, self.work):
            other = self.refine(scheme, SPEEDS[self.first_speed])
            if other is not None and (found is None or other.rank < found[0].rank):
                found = other, scheme
            if found is None or found[0].excess:
                continue
            more -= 1
            near = found[0].plan.prediction.interval * WORTH <= self.work
            if (near and found[0].places == self._hoped()) or not more:
                break
        if found is None or found[0].excess:
            return None if found is None else found[0]
        return self._faster(found[1], found[0])

    def feasible(self) -> bool:
        """Whether any scheme keeps all budgets."""
        found = schemes(self.network, self.cluster, self.geometry, self.work)
        candidates = (self.refine(scheme, SPEEDS[self.first_speed]) for scheme in found)
        return any(candidate is not None and not candidate.excess for candidate in candidates)

    def _faster(self, scheme: Scheme, found: Candidate) -> Candidate:
        """The same with faster fully connected engines, as long as the fill gains and throughput does not suffer."""
        if not self.flat_weights:
            return found
        for speed in SPEEDS[self.first_speed + 1 :]:
            if found.plan.prediction.fill <= FILL:
                break
            other = self.refine(scheme, speed, found.places, self.work / WORTH)
            if other is None or other.excess:
                continue
            if other.plan.prediction.fill < found.plan.prediction.fill:
                found = other
        return found

    def refine(self, scheme: Scheme, speed: Speed, places: Places | None = None, most: float = inf) -> Candidate | None:
        """The plan of a scheme with fully connected layers in the fastest memory that has room (`places`: only there);
        None where there is none with an interval of at most `most`.

        Every board keeps the same number of multipliers for them, so that convolutions lie where they lie whichever
        board takes how many fully connected weights.
        """
        tracks = tracks_of(self.geometry, scheme)
        groups = track_groups(tracks, scheme)
        best: Candidate | None = None
        for allowance in ALLOWANCES:
            found = self._shortest(tracks, groups, speed, allowance, most)
            if found is None:
                break
            interval, conv = found
            shares = shares_of(conv, tracks, interval)
            tight = False
            for where in self._places() if places is None else (places,):
                candidate = self._with_flat(interval, shares, speed, where, allowance)
                tight |= candidate is None
                if candidate is not None and (best is None or candidate.rank < best.rank):
                    best = candidate
                if candidate is not None and not candidate.excess:
                    break
            if not tight:
                break
        return best

    def _with_flat(
        self, interval: int, conv: tuple[Share, ...], speed: Speed, places: Places, allowance: float
    ) -> Candidate | None:
        """The plan of convolution shares with fully connected layers in equal parts, or else by what memory is left;
        None where more multipliers for them on some boards would help."""
        most = [allowance / len(self.dsp) * self.flat_weights] * len(self.dsp)
        candidate = self._assembled(interval, conv, speed, places, [1.0] * len(self.dsp))
        if not candidate.excess or places[0] is Place.DDR or not self.flat_weights:
            return candidate
        left = memory_left(candidate.plan, self.geometry)
        if min(left) < 0:
            return candidate
        formats = next(layer.layer.formats for layer in self.geometry if layer.flat)
        width = formats.weight.width + (formats.gradient_width if places[1] is Place.CHIP else 0)
        words = [count * RAMB18_BITS * ROOM_USED / width for count in left]
        if sum(words) < self.flat_weights:
            return candidate
        gradient = bytes_wide(formats.gradient_width)
        alone = [self._ddr_room(board, interval) / (2 * gradient) for board in range(len(left))]
        room = None
        if places[1] is Place.DDR:
            room = level([min(pair) for pair in zip(words, alone, strict=True)], most, self.flat_weights)
        room = room or level(words, most, self.flat_weights)
        return None if room is None else self._assembled(interval, conv, speed, places, room)

    def _assembled(
        self, interval: int, conv: tuple[Share, ...], speed: Speed, places: Places, room: Sequence[float]
    ) -> Candidate:
        pieces = spread(self.geometry, room, speed) if self.flat_weights else ()
        shares = conv + flat_shares(self.geometry, pieces, interval, speed)
        decided = Decided(interval, shares, *places, *self._shared(interval, pieces, places))
        plan = assemble(self.network, self.cluster, self.geometry, decided)
        return Candidate(plan, places, tuple(budget_problems(plan)))

    def _places(self) -> Iterator[Places]:
        """Where fully connected weights and gradients may be kept, the best first."""
        hoped = self._hoped()
        order = ((Place.CHIP, Place.CHIP), (Place.CHIP, Place.DDR), (Place.DDR, Place.DDR))
        yield from order[order.index(hoped) :]

    def _hoped(self) -> Places:
        """Where fully connected weights and gradients may go, by what the whole chain has."""
        formats = [layer.layer.formats for layer in self.geometry if layer.flat]
        memory = sum(2 * board.bram36 for board in self.cluster.boards) * RAMB18_BITS * HOPED
        if not formats or self.flat_weights * (formats[0].weight.width + formats[0].gradient_width) <= memory:
            return (Place.CHIP, Place.CHIP)
        return (Place.CHIP if self.flat_weights * formats[0].weight.width <= memory else Place.DDR, Place.DDR)

    def _ddr_room(self, board: int, interval: int) -> float:
        """Bits that go to and from a board's DDR in an interval."""
        return ddr_rate(self.cluster.boards[board], self.cluster.clock_mhz) * interval * DDR_USED

    def _shared(self, interval: int, pieces: Sequence[FlatPiece], modes: Places) -> tuple[int, int]:
        """Images that must share a read of weights, and of gradients, in DDR: as few as can be for the weights, on
        which the pipeline waits."""
        words: dict[int, int] = {}
        for piece in pieces:
            layer = self.geometry[piece.layer].layer
            words[piece.board] = (
                words.get(piece.board, 0) + piece.outputs.size * layer.weight_count // layer.out_channels
            )
        formats = [layer.layer.formats for layer in self.geometry if layer.flat]
        weights = gradients = 1
        for board, count in words.items():
            room = self._ddr_room(board, interval)
            bits = 2 * count * bytes_wide(formats[0].weight.width) if modes[0] is Place.DDR else 0
            if not room:
                continue
            weights = max(weights, ceil(bits / (WEIGHT_PART * room)))
        for board, count in words.items():
            room = self._ddr_room(board, interval)
            if not room or modes[1] is not Place.DDR:
                continue
            bits = 2 * count * bytes_wide(formats[0].weight.width) if modes[0] is Place.DDR else 0
            more = 2 * count * bytes_wide(formats[0].gradient_width)
            gradients = max(gradients, ceil(more / (room - bits / weights)))
        return weights, gradients

    def _shortest(
        self, tracks: Sequence[Track], groups: Sequence[Sequence[int]], speed: Speed, allowance: float, most: float
    ) -> tuple[int, tuple[Piece, ...]] | None:
        """The shortest interval at which all convolutions fit: steps up until one does, then back in finer steps."""

        def attempt(number: int) -> tuple[int, tuple[Piece, ...]] | None:
            interval = int(self.work * (1 + number * STEP)) + 1
            kept = ceil(allowance * self._flat_multipliers(interval, speed) / len(self.dsp))
            more = auxiliary_dsp(self.network, self.geometry, interval, self.dsp)
            room = [dsp - kept - other for dsp, other in zip(self.dsp, more, strict=True)]
            if min(room) < 0:
                return None
            filled = fill(groups, tracks, interval, room)
            return None if filled.pieces is None else (interval, filled.pieces)

        low, high = -1, FIRST
        found = attempt(high)
        while found is None and high < MOST_STEPS:
            low, high = high, high + max(COARSE, high // GROWING)
            if self.work * (1 + low * STEP) > most:
                return None
            found = attempt(high)
        while found is not None and high - low > 1:
            middle = high - 1 if high - low <= COARSE else (low + high) // 2
            better = attempt(middle)
            if better is not None:
                high, found = middle, better
            elif middle == high - 1:
                break
            else:
                low = middle
        return None if found is None or found[0] > most else found

    def _flat_multipliers(self, interval: int, speed: Speed) -> int:
        """Multipliers of all fully connected layers in equal parts."""
        if not self.flat_weights:
            return 0
        pieces = Counter(
            FlatPiece(piece.layer, 0, Range(0, piece.outputs.size))
            for piece in spread(self.geometry, [1.0] * len(self.dsp), speed)
        )
        return sum(count * flat_multipliers(self.geometry, piece, interval, speed) for piece, count in pieces.items())


def bytes_wide(width: int) -> int:
    """Bits of a word in DDR, which are whole bytes."""
    return -(-width // 8) * 8


def level(words: Sequence[float], most: Sequence[float], total: float) -> list[float] | None:
    """`total` over the boards in proportion to `words`, at most `words` and `most` on each; None where that is too
    few."""
    limits = [min(pair) for pair in zip(words, most, strict=True)]
    if sum(limits) < total:
        return None
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        if sum(min(middle * count, limit) for count, limit in zip(words, most, strict=True)) < total:
            low = middle
        else:
            high = middle
    return [min(high * count, limit) for count, limit in zip(words, most, strict=True)]

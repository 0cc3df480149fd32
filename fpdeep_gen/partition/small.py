"""Short chains: every cut of every phase between two or three boards is looked at, at ever shorter intervals.

Filling boards in chain order is coarse where a board has only a few units of a layer. Here each phase is cut by columns
or by channels wherever that lets all multipliers fit; a fully connected layer by outputs. Links and memory are checked
then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.assemble import Decided, assemble
from fpdeep_gen.partition.bounds import bounds_of
from fpdeep_gen.partition.budget import budget_problems
from fpdeep_gen.partition.fill import Piece
from fpdeep_gen.partition.fully_connected import FlatPiece, Speed, flat_shares, flat_used
from fpdeep_gen.partition.geometry import Geometry, geometries
from fpdeep_gen.partition.model import BalancedPlan, Place, Range
from fpdeep_gen.partition.shares import shares_of
from fpdeep_gen.partition.tracks import Axis, Track, channel_axis

MOST_BOARDS = 3
MOST_CUTS = 3000
"""Ways to cut all phases, one by one, that are looked at for each interval."""

STATES = 400
"""Sets of used multipliers that are kept from phase to phase, those with the fewest."""

NEAR = 1.005
"""Intervals this near to the bound are not improved on."""

ATTEMPTS = 4
"""Intervals at which memory and links are looked at."""

SPEED = Speed(1, 1, in_turn=True)


@dataclass(frozen=True)
class Choice:
    """Multipliers on each board, and what lies there: pieces of a track (by its number), or of a fully connected
    layer."""

    used: tuple[int, ...]
    pieces: tuple[Piece, ...] = ()
    flat: tuple[FlatPiece, ...] = ()


class Small:
    """One network on one short chain."""

    def __init__(self, network: Network, cluster: Cluster) -> None:
        self.network = network
        self.cluster = cluster
        self.geometry = geometries(network)
        self.boards = len(cluster.boards)
        self.tracks = [
            Track(layer, phase, axis, channels)
            for layer in self.geometry
            if not layer.flat
            for phase in layer.phases
            for channels in (channel_axis(layer, phase),)
            for axis in (Axis.COLUMNS, channels)
        ]

    @property
    def is_small(self) -> bool:
        """Whether all cuts can be looked at."""
        if not 2 <= self.boards <= MOST_BOARDS:
            return False
        units = [track.units for track in self.tracks]
        units += [layer.layer.out_channels for layer in self.geometry if layer.flat]
        cuts: int = sum((count + 1) ** (self.boards - 1) for count in units)
        return cuts <= MOST_CUTS

    def improved(self, plan: BalancedPlan) -> BalancedPlan:
        """A plan with a shorter interval, or the same one."""
        low = int(bounds_of(self.network, self.cluster).interval)
        high = plan.prediction.interval
        for _ in range(ATTEMPTS):
            shorter = self._shortest(low, high)
            if shorter is None:
                break
            interval, choices = shorter
            found = self._plan(interval, choices)
            if not any(budget_problems(found)):
                return found
            low = interval + (high - interval) // ATTEMPTS
        return plan

    def _shortest(self, low: int, high: int) -> tuple[int, list[Choice]] | None:
        """The shortest interval above `low` and below `high` whose multipliers fit."""
        best: tuple[int, list[Choice]] | None = None
        while high - low > max(1, low * (NEAR - 1) / 2):
            middle = (low + high) // 2
            choices = self._placed(middle)
            if choices is None:
                low = middle
            else:
                high, best = middle, (middle, choices)
        return best

    def _placed(self, interval: int) -> list[Choice] | None:
        """A choice for each phase such that all boards' multipliers suffice."""
        room = [board.dsp for board in self.cluster.boards]
        reached: dict[tuple[int, ...], list[Choice]] = {(0,) * self.boards: []}
        for options in self._phases(interval):
            further: dict[tuple[int, ...], tuple[int, list[Choice], Choice]] = {}
            for used, chosen in reached.items():
                for option in options:
                    total = tuple(a + b for a, b in zip(used, option.used, strict=True))
                    if all(a <= b for a, b in zip(total, room, strict=True)):
                        before = further.get(total[:-1])
                        if before is None or total[-1] < before[0]:
                            further[total[:-1]] = (total[-1], chosen, option)
            kept = sorted(further.items(), key=lambda item: (sum(item[0]) + item[1][0], item[0]))[:STATES]
            reached = {(*used, last): [*chosen, option] for used, (last, chosen, option) in kept}
            if not reached:
                return None
        return next(iter(reached.values()))

    def _phases(self, interval: int) -> Iterator[list[Choice]]:
        """Choices of every phase of convolutions, and of every fully connected layer."""
        for number in range(0, len(self.tracks), 2):
            yield _least([option for track in (number, number + 1) for option in self._cuts(track, interval)])
        for layer in self.geometry:
            if layer.flat:
                yield _least([self._flat(layer, ends, interval) for ends in self._ends(layer.layer.out_channels)])

    def _ends(self, units: int) -> Iterator[tuple[int, ...]]:
        for cuts in combinations_with_replacement(range(units + 1), self.boards - 1):
            yield (0, *cuts, units)

    def _cuts(self, number: int, interval: int) -> Iterator[Choice]:
        track = self.tracks[number]
        for ends in self._ends(track.units):
            pieces = []
            for board, (begin, end) in enumerate(pairwise(ends)):
                if end > begin:
                    box = track.box(begin, end)
                    pieces.append(Piece(number, board, box, track.multipliers(box, interval), track.macs(box)))
            used = [0] * self.boards
            for piece in pieces:
                used[piece.board] += piece.multipliers
            yield Choice(tuple(used), tuple(pieces))

    def _flat(self, layer: Geometry, ends: Sequence[int], interval: int) -> Choice:
        pieces = [
            FlatPiece(layer.index, board, Range(begin, end))
            for board, (begin, end) in enumerate(pairwise(ends))
            if end > begin
        ]
        used = flat_used(self.geometry, pieces, interval, SPEED)
        return Choice(tuple(used[board] for board in range(self.boards)), flat=tuple(pieces))

    def _plan(self, interval: int, choices: Sequence[Choice]) -> BalancedPlan:
        conv = shares_of([piece for choice in choices for piece in choice.pieces], self.tracks, interval)
        flat = flat_shares(self.geometry, [piece for choice in choices for piece in choice.flat], interval, SPEED)
        decided = Decided(interval, conv + flat, Place.CHIP, Place.CHIP, 1, 1)
        return assemble(self.network, self.cluster, self.geometry, decided)


def _least(options: Sequence[Choice]) -> list[Choice]:
    """Without those that another one is at most on every board."""
    kept: list[Choice] = []
    for one in sorted(options, key=lambda option: option.used):
        if not any(all(a <= b for a, b in zip(other.used, one.used, strict=True)) for other in kept):
            kept.append(one)
    return kept


def shortened(plan: BalancedPlan) -> BalancedPlan:
    """The plan, or on a short chain of a small network a faster one."""
    small = Small(plan.network, plan.cluster)
    if not small.is_small or plan.prediction.interval <= NEAR * plan.bounds.interval:
        return plan
    return small.improved(plan)

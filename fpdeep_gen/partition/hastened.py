"""Shorter intervals for a plan whose work stays where it is.

The search takes an interval, then looks where the work goes; what ends it (the first plan that keeps all budgets, steps
of the interval, DDR that too few images share) may leave multipliers and rates to spare. And the plan of a lesser chain
knows nothing of what the better one has more. Here each board keeps its work, engines are chosen anew for the shortest
interval that multipliers, links, the loss and DDR allow, and for longer ones where that exceeds some other budget.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.assemble import Decided, assemble
from fpdeep_gen.partition.bounds import bounds_of_every
from fpdeep_gen.partition.budget import budget_problems
from fpdeep_gen.partition.candidate import Candidate, busiest_link
from fpdeep_gen.partition.flat_memory import FlatMemory, Places
from fpdeep_gen.partition.fully_connected import FlatPiece, Speed, flat_shares, flat_used, words_of
from fpdeep_gen.partition.geometry import Geometry, geometries
from fpdeep_gen.partition.loss import loss_cycles, loss_dsp
from fpdeep_gen.partition.model import Phase, Place, Range, Share
from fpdeep_gen.partition.shares import is_partial, share_of
from fpdeep_gen.partition.speeds import SPEEDS
from fpdeep_gen.partition.tracks import Axis, Box, Track, channel_axis

ATTEMPTS = 6
"""Intervals at which all budgets are looked at."""

PRECISE = 0.001
"""Part by which an interval may be longer than one that exceeds a budget."""


@dataclass(frozen=True)
class Part:
    """The work of a phase of a convolution on one board: a box of its track."""

    track: Track
    board: int
    box: Box


@dataclass(frozen=True)
class Placed:
    """What each board does, whatever its engines: parts of convolutions, pieces of fully connected layers, how much
    faster than the interval asks these are."""

    parts: tuple[Part, ...]
    pieces: tuple[FlatPiece, ...]
    speed: Speed


def hastened(found: Candidate, network: Network, cluster: Cluster, placed: Placed | None = None) -> Candidate:
    """A plan that keeps all budgets, with the shortest interval that is found for its work where this is, or where it
    is `placed`; the same one where there is none. `found` is a plan on `cluster` already."""
    return _Hastening(network, cluster, found, placed).best()


class _Hastening:
    """One plan."""

    def __init__(self, network: Network, cluster: Cluster, found: Candidate, placed: Placed | None) -> None:
        self.network, self.cluster, self.found = network, cluster, found
        self.geometry = geometries(network)
        self.flat = FlatMemory(cluster, self.geometry, network.training.batch, {})
        self.placed = placed or placed_of(self.geometry, found)
        self.bound = max(int(bounds_of_every(network, cluster).work), loss_cycles(network, cluster))
        if placed is None:
            self.bound = max(self.bound, busiest_link(found.plan))

    def best(self) -> Candidate:
        """What `hastened` says."""
        best = self.found
        for few in (False, True):
            parts = tuple(replace(part, track=replace(part.track, few=few)) for part in self.placed.parts)
            best = self._shorter(replace(self.placed, parts=parts), best)
        return best

    def _shorter(self, placed: Placed, best: Candidate) -> Candidate:
        """The best plan of a few intervals, from the one on that engines need."""
        high = best.plan.prediction.interval
        tried = self._least(placed, high)
        low = tried - 1
        for _ in range(ATTEMPTS):
            if tried >= high:
                break
            other = self._plan(placed, tried)
            carried = busiest_link(other.plan)
            if carried >= high:  # links carry as much at any interval
                break
            if other.excess:
                low, least = tried, max(self.flat.shortest(other.plan), carried)
                tried = least if low < least < high else (low + high) // 2
            else:
                best, high = other, tried
                tried = (low + high) // 2
            if high - low <= max(1, PRECISE * low):
                break
        return best

    def _least(self, placed: Placed, most: int) -> int:
        """The shortest interval up to `most` for which multipliers, the loss and, where it is known what they carry,
        links do."""
        low, high = self.bound - 1, most
        while high - low > 1:
            middle = (low + high) // 2
            if self._suffices(placed, middle):
                high = middle
            else:
                low = middle
        return high

    def _suffices(self, placed: Placed, interval: int) -> bool:
        """Whether all boards have the multipliers for an interval."""
        left = [board.dsp for board in self.cluster.boards]
        last = [piece.board for piece in placed.pieces if piece.layer == len(self.geometry) - 1]
        last += [part.board for part in placed.parts if _is_last(part, self.geometry)]
        left[max(last)] -= loss_dsp(self.network, self.cluster)
        for part in placed.parts:
            left[part.board] -= part.track.multipliers(part.box, interval)
            if left[part.board] < 0:
                return False
        for board, used in flat_used(self.geometry, placed.pieces, interval, placed.speed).items():
            left[board] -= used
        return min(left) >= 0

    def _plan(self, placed: Placed, interval: int) -> Candidate:
        shares = [
            share_of(part.track, part.board, box, interval, partial=is_partial(part.track))
            for part in placed.parts
            for box in part.track.engines(part.box, interval)
        ]
        shares += flat_shares(self.geometry, placed.pieces, interval, placed.speed)
        places = self.found.places
        shared = self.flat.shared(interval, words_of(self.geometry, placed.pieces), places)
        decided = Decided(interval, tuple(shares), *places, *shared)
        plan = assemble(self.network, self.cluster, self.geometry, decided)
        return replace(self.found, plan=plan, excess=tuple(budget_problems(plan)))


def _is_last(part: Part, geometry: Sequence[Geometry]) -> bool:
    return (part.track.geometry.index, part.track.phase) == (len(geometry) - 1, Phase.FORWARD)


def placed_of(geometry: Sequence[Geometry], found: Candidate) -> Placed:
    """Where a plan's work is: engines side by side are one part again."""
    parts: list[Part] = []
    flat: list[Share] = []
    for share in found.plan.shares:
        layer = geometry[share.layer]
        if layer.flat:
            flat.append(share)
            continue
        axis = Axis.OUTPUTS if share.partial else channel_axis(layer, share.phase)
        columns, stride = share.columns, layer.layer.stride
        if share.phase is Phase.BACKWARD:
            columns = Range(columns.begin // stride, -(-columns.end // stride))
        box = Box(columns, share.outputs if axis is Axis.OUTPUTS else share.inputs)
        parts.append(Part(Track(layer, share.phase, axis, axis), share.board, box))
    speed = speed_of(geometry, flat, found.plan.prediction.interval, found.places)
    return Placed(tuple(_joined(parts)), pieces_of(flat), speed)


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Boxes of the same channels that follow each other as one."""
    found: list[Part] = []

    def place(part: Part) -> tuple[int, str, int, Range]:
        return part.track.geometry.index, part.track.phase.value, part.board, part.box.channels

    for _, others in groupby(sorted(parts, key=lambda part: (place(part), part.box.columns)), key=place):
        joined: list[Part] = []
        for part in others:
            if joined and joined[-1].box.columns.end == part.box.columns.begin:
                columns = Range(joined[-1].box.columns.begin, part.box.columns.end)
                joined[-1] = replace(part, box=Box(columns, part.box.channels))
            else:
                joined.append(part)
        found += joined
    return found


def pieces_of(shares: Sequence[Share]) -> tuple[FlatPiece, ...]:
    """The pieces of fully connected layers that shares are of."""
    cut_by_inputs = {share.layer for share in shares if share.phase is Phase.FORWARD and share.partial}
    return tuple(
        FlatPiece(share.layer, share.board, share.inputs, Axis.INPUTS)
        if share.layer in cut_by_inputs
        else FlatPiece(share.layer, share.board, share.outputs)
        for share in shares
        if share.phase is Phase.FORWARD
    )


def speed_of(geometry: Sequence[Geometry], shares: Sequence[Share], interval: int, places: Places) -> Speed:
    """The fastest speed that fully connected engines keep."""
    flat = [layer.index for layer in geometry if layer.flat]
    speeds = [replace(speed, in_turn=places[0] is Place.CHIP) for speed in SPEEDS]

    def keeps(speed: Speed) -> bool:
        return all(
            share.cycles <= speed.limit(geometry[share.layer], interval, flat.index(share.layer), share.phase)
            for share in shares
        )

    return next((speed for speed in reversed(speeds) if keeps(speed)), speeds[0])

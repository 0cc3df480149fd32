"""Steps of a scheme's rounds: boards are filled, memory and links looked at, and what was too much is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, inf

import numpy as np

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.assemble import Decided, Timed, assemble, timed
from fpdeep_gen.partition.bounds import bounds_for, bounds_of, bounds_of_every
from fpdeep_gen.partition.budget import budget_problems, memory_left
from fpdeep_gen.partition.candidate import Candidate, busiest_link
from fpdeep_gen.partition.family import Scheme, track_groups, tracks_of
from fpdeep_gen.partition.fill import Piece, Room, fill
from fpdeep_gen.partition.flat_links import FlatLinks
from fpdeep_gen.partition.flat_memory import GATHERED, ORDER, FlatMemory, Places, flat_words
from fpdeep_gen.partition.fully_connected import (
    FlatPiece,
    Speed,
    flat_axes,
    flat_multipliers,
    flat_shares,
    spread,
    words_of,
)
from fpdeep_gen.partition.geometry import geometries, training_macs
from fpdeep_gen.partition.intervals import LEFT, Filled
from fpdeep_gen.partition.link_rate import framed_rate
from fpdeep_gen.partition.loss import loss_dsp
from fpdeep_gen.partition.model import BalancedPlan, Place, Share
from fpdeep_gen.partition.shares import shares_of
from fpdeep_gen.partition.tracks import Track
from fpdeep_gen.partition.traffic import flows
from fpdeep_gen.partition.winners import kept_winners

SLACK = 0.995
"""Part of what a board may take that is aimed at where it took too much."""

KEPT = 8
"""Multipliers of each board that are kept for fully connected layers beside what they first seem to need."""

RULE = 1.04
"""Times the work bound from which on that of the links is taken to be the limit: below, multipliers lack as well."""

FRESH = 0.6
"""Part of a board that a group begins with at least where links are the limit, so that there are boards to spare."""

RELIEF = 1.2
"""Times what a board is short of memory by which it is relieved of fully connected weights, and a channel's more."""

EVEN, EVENED = 0.003, 8
"""Steps of the part of their multipliers that boards use where they have some to spare, and how many are tried."""


@dataclass(frozen=True)
class Wish:
    """What a round begins with: the part of each board's multipliers that convolutions may take, in which proportions
    boards have fully connected weights, the shortest interval, and the `level`: times the mean of the work that a board
    may do at most."""

    parts: tuple[float, ...]
    room: tuple[float, ...]
    shortest: int
    level: float = inf

    @property
    def even(self) -> bool:
        """Whether boards are to be even."""
        return self.level < inf


FILLED_KEPT, PLANS_KEPT = 256, 24
"""Fillings and plans that are kept, as rounds and schemes often begin with what others did: a scheme that is given more
rounds with those it had."""


class Settling:
    """One network on one cluster."""

    def __init__(self, network: Network, cluster: Cluster) -> None:
        self.network = network
        self.cluster = cluster
        self.geometry = geometries(network)
        self.dsp = [board.dsp for board in cluster.boards]
        self.equal = (1.0,) * len(self.dsp)
        self.work = training_macs(network) / sum(self.dsp)
        slowest = min((framed_rate(link, cluster.clock_mhz) for link in cluster.links), default=inf)
        bound, self.every = bounds_of(network, cluster), bounds_of_every(network, cluster)
        self.linked = bound.link > RULE * bound.work
        self.floor = ceil(bound.interval) if max(bound.link, bound.loss) > bound.work else 0
        self.left = bound.interval / LEFT
        axes = flat_axes(network, self.geometry, slowest * bound.interval)
        self.flat = FlatMemory(cluster, self.geometry, network.training.batch, axes)
        self.cut = lru_cache(maxsize=FILLED_KEPT)(self._cut)
        self.filled_by = lru_cache(maxsize=FILLED_KEPT)(self._filled_by)
        self.shares = lru_cache(maxsize=PLANS_KEPT)(self._shares)
        self.decided = lru_cache(maxsize=1)(self._decided)
        self.timed = lru_cache(maxsize=1)(self._timed)
        self.assembled = lru_cache(maxsize=PLANS_KEPT)(self._assembled)

    def forget(self) -> None:
        """Lets go of all that is kept, which refers to itself by way of these methods."""
        for kept in (self.cut, self.filled_by, self.shares, self.decided, self.timed, self.assembled):
            kept.cache_clear()

    def carried(self, found: Filled, pieces: tuple[FlatPiece, ...], speed: Speed) -> float:
        """Cycles that streams take of the busiest link."""
        shares = self.shares(found.scheme, found.interval, found.room)
        shares += flat_shares(self.geometry, pieces, found.interval, speed)
        kept = kept_winners(self.network, self.cluster, self.geometry, shares)
        streams = flows(self.network, self.geometry, shares, len(self.dsp), kept)
        rates = np.array([framed_rate(link, self.cluster.clock_mhz) for link in self.cluster.links])
        ways = (np.sum([flow.up for flow in streams], axis=0), np.sum([flow.down for flow in streams], axis=0))
        return max(float((bits / rates).max()) for bits in ways)

    def pieces(self, wish: Wish) -> tuple[FlatPiece, ...]:
        """Fully connected layers in the proportions that are wished for."""
        return spread(self.geometry, wish.room, self.flat.axes) if self.flat.weights else ()

    def _cut(self, scheme: Scheme) -> tuple[tuple[Track, ...], tuple[tuple[int, ...], ...]]:
        """The tracks of a scheme, and its groups of them."""
        tracks = tracks_of(self.geometry, scheme)
        return tracks, track_groups(tracks, scheme)

    def _filled_by(self, scheme: Scheme, interval: int, room: Room) -> tuple[Piece, ...] | None:
        """Pieces of convolutions on boards with `room` multipliers, None where these are too few."""
        tracks, groups = self.cut(scheme)
        return fill(groups, tracks, interval, room).pieces if min(room.multipliers) >= 0 else None

    def attempted(self, scheme: Scheme, interval: int, number: int, room: Room) -> Filled | None:
        pieces = self.filled_by(scheme, interval, room)
        if pieces is None:
            return None
        return Filled(interval, number, scheme, room, sum(piece.multipliers for piece in pieces))

    def _shares(self, scheme: Scheme, interval: int, room: Room) -> tuple[Share, ...]:
        """Shares of convolutions where `filled_by` has pieces."""
        pieces = self.filled_by(scheme, interval, room)
        assert pieces is not None
        return shares_of(pieces, self.cut(scheme)[0], interval)

    def _decided(self, found: Filled, pieces: tuple[FlatPiece, ...], speed: Speed, places: Places) -> Decided:
        interval = found.interval
        shares = self.shares(found.scheme, interval, found.room) + flat_shares(self.geometry, pieces, interval, speed)
        return Decided(interval, shares, *places, *self.flat.shared(interval, words_of(self.geometry, pieces), places))

    def _timed(self, found: Filled, pieces: tuple[FlatPiece, ...], speed: Speed, places: Places) -> Timed:
        decided = self.decided(found, pieces, speed, places)
        return timed(self.network, self.cluster, self.geometry, decided)

    def fill(self, found: Filled, pieces: tuple[FlatPiece, ...], speed: Speed, places: Places) -> float:
        """Latency in intervals of the plan that `assembled` gives, which is sooner said than the whole plan."""
        return self.timed(found, pieces, speed, places).timing.latency / found.interval

    def _assembled(self, found: Filled, pieces: tuple[FlatPiece, ...], speed: Speed, places: Places) -> Candidate:
        made = found, pieces, speed, places
        decided, times = self.decided(*made), self.timed(*made)
        plan = assemble(self.network, self.cluster, self.geometry, decided, times, self.every)
        return Candidate(plan, places, tuple(budget_problems(plan)), found.number)

    def bounded(self, found: Candidate) -> Candidate:
        """The same with the bounds of such a plan, which rounds do without."""
        plan = found.plan
        bounds = bounds_for(self.network, self.cluster, self.geometry, plan.shares, plan.prediction.intake)
        return replace(found, plan=replace(plan, bounds=bounds))

    def used(self, found: Filled) -> list[int]:
        """Multipliers of each board that convolutions take."""
        used = [0] * len(self.dsp)
        for piece in self.filled_by(found.scheme, found.interval, found.room) or ():
            used[piece.board] += piece.multipliers
        return used

    def rooms(
        self,
        interval: int,
        parts: Sequence[float],
        flat: Sequence[FlatPiece],
        speed: Speed,
        more: int = 0,
        level: float = inf,
    ) -> Room:
        """What each board has for convolutions; `more` multipliers are kept for fully connected layers beside their
        own. No more work than `level` times the mean, those layers' among it."""
        boards = {piece.board for piece in flat}
        kept = [more if board in boards else 0 for board in range(len(self.dsp))]
        work = [0] * len(self.dsp)
        for piece in flat:
            kept[piece.board] += flat_multipliers(self.geometry, piece, interval, speed)
            work[piece.board] += piece.weights(self.geometry) * len(self.geometry[piece.layer].phases)
        last = len(self.geometry) - 1
        ends = [piece.board for piece in flat if piece.layer == last]
        if ends:
            kept[max(ends)] += loss_dsp(self.network, self.cluster)
        multipliers = (int((own - rest) * part) for own, rest, part in zip(self.dsp, kept, parts, strict=True))
        macs = (int(level * self.work * dsp) - own for dsp, own in zip(self.dsp, work, strict=True) if level < inf)
        return Room(tuple(multipliers), tuple(macs) or None, FRESH if self.linked else 0.0)

    def even(self, wish: Wish, found: Filled, flat: Sequence[FlatPiece], speed: Speed) -> Filled:
        """The same with the least part of their multipliers on all boards alike, so that the last boards have no less
        to do than the others."""
        room = self.rooms(found.interval, wish.parts, flat, speed, KEPT)
        part = found.multipliers / sum(room.multipliers)
        for _ in range(EVENED):
            part += EVEN
            if part >= 1:
                break
            least = self.rooms(found.interval, [part * own for own in wish.parts], flat, speed, KEPT, wish.level)
            even = self.attempted(found.scheme, found.interval, found.number, least)
            if even is not None:
                return even
        return found

    def gathered(self, wish: Wish, candidate: Candidate) -> tuple[Wish, ...]:
        """The same with fully connected weights on fewer boards, the fewest last."""
        if candidate.places != ORDER[0] or not self.flat.weights:
            return ()
        room = self.flat.room(candidate.plan, candidate.places)
        if room is None:
            return ()
        fewer = dict.fromkeys(self.flat.gathered(room, most) for most in reversed(GATHERED))
        return tuple(replace(wish, room=rest) for rest in fewer if rest != room)

    def relieved(self, wish: Wish, candidate: Candidate) -> Wish | None:
        """The same with fewer fully connected weights on boards that have too little memory for theirs, and more where
        most is left; None where something else is too much."""
        plan, unit = candidate.plan, self.flat.unit_bram18(candidate.places)
        left = [2 * self.cluster.boards[use.board].bram36 - use.bram18 for use in plan.uses]
        if sum(rest < 0 for rest in left) != len(candidate.excess):
            return None
        words, kept = flat_words(plan, self.geometry), [0] * len(left)
        for store in plan.stores:
            if self.geometry[store.layer].flat:
                kept[store.board] += store.bram18
        less = [
            count * min(1.0, (unit - RELIEF * rest) / max(1, taken)) if rest < 0 else 0.0
            for count, rest, taken in zip(words, left, kept, strict=True)
        ]
        spare = [max(0.0, rest - unit) if room else 0.0 for rest, room in zip(left, wish.room, strict=True)]
        part = sum(less) / max(1.0, sum(spare))
        room = (count - own + part * rest for count, own, rest in zip(words, less, spare, strict=True))
        return replace(wish, room=tuple(room)) if sum(spare) else None

    def crowded(self, plan: BalancedPlan) -> float:
        """The part of its memory that a board takes without the stores of fully connected layers, at most."""
        limits = (2 * board.bram36 for board in self.cluster.boards)
        return max(1 - rest / limit for limit, rest in zip(limits, memory_left(plan, self.geometry), strict=True))

    def worst(self, plan: BalancedPlan) -> float:
        """`crowded`, or the part of a link that is taken if that is more, fully connected layers left out of both."""
        return max(
            self.crowded(plan),
            FlatLinks(self.network, self.geometry, self.flat, plan).least() / plan.prediction.interval,
        )

    def beyond(self, plan: BalancedPlan) -> float:
        """What of that a longer interval may not mend: where links are the limit, it has to be longer anyway."""
        return self.crowded(plan) if self.linked else self.worst(plan)

    def filled(self, plan: BalancedPlan) -> float:
        """Part of all boards' memory that is taken without the stores of fully connected layers."""
        return 1 - sum(memory_left(plan, self.geometry)) / sum(2 * board.bram36 for board in self.cluster.boards)

    def waits_for_ddr(self, plan: BalancedPlan) -> bool:
        """Whether all of a batch's images share what slow DDR gives: the longer the interval, the fewer of them need
        to, and wait for each other in caches."""
        return plan.prediction.shared_weights > 1 and plan.prediction.shared_gradients == plan.prediction.batch

    def corrected(self, wish: Wish, candidate: Candidate, overshoot: float, longest: float) -> Wish | None:
        """What to begin the next round with; None where it is hopeless. Where links carry too much, fully connected
        weights go to other boards before the interval grows, unless it has to beyond `longest` anyway."""
        plan, places = candidate.plan, candidate.places
        left = memory_left(plan, self.geometry)
        limits = [2 * board.bram36 for board in self.cluster.boards]
        taken = [limit - rest for limit, rest in zip(limits, left, strict=True)]
        if self.waits_for_ddr(plan):
            longer = max(self.flat.shortest(plan), ceil(plan.prediction.interval * self.crowded(plan)))
            return replace(wish, shortest=longer)
        if self.filled(plan) > 1 or self.beyond(plan) > overshoot:
            return None
        room: tuple[float, ...] | None = wish.room
        if self.flat.weights and places[0] is Place.CHIP:
            room = self.flat.room(plan, places)
        if room is None:
            return None
        parts = tuple(
            part * min(1.0, SLACK * limit / count if count > limit else 1.0)
            for part, count, limit in zip(wish.parts, taken, limits, strict=True)
        )
        interval = plan.prediction.interval
        busiest = float(busiest_link(plan))
        arranged = 0.0 in wish.room
        if places[0] is Place.CHIP and self.flat.weights and (arranged or busiest > interval):
            links = FlatLinks(self.network, self.geometry, self.flat, plan)
            if arranged or links.least() <= longest:
                room = links.best(room)
                busiest = links.busiest(room)
        longer = ceil(max(busiest, self.flat.shortest(plan)))
        return replace(wish, parts=parts, room=room, shortest=longer if longer > interval else wish.shortest)

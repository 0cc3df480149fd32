"""One scheme: boards are filled, memory and links looked at, and what was too much is taken back until all fits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, inf
from operator import sub

import numpy as np

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.errors import Problem
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.assemble import Decided, assemble, loss_dsp
from fpdeep_gen.partition.bounds import bounds_of
from fpdeep_gen.partition.budget import budget_problems, memory_left
from fpdeep_gen.partition.family import Scheme, track_groups, tracks_of
from fpdeep_gen.partition.fill import Piece, Room, fill
from fpdeep_gen.partition.flat_links import FlatLinks
from fpdeep_gen.partition.flat_memory import GATHERED, ORDER, FlatMemory, Places
from fpdeep_gen.partition.fully_connected import FlatPiece, Speed, flat_axes, flat_multipliers, flat_shares, spread
from fpdeep_gen.partition.geometry import geometries, training_macs
from fpdeep_gen.partition.intervals import FIRST, LEFT, STEP, Filled, shortest
from fpdeep_gen.partition.link_rate import framed_rate
from fpdeep_gen.partition.model import BalancedPlan, Place, Share
from fpdeep_gen.partition.shares import shares_of
from fpdeep_gen.partition.tracks import Track
from fpdeep_gen.partition.traffic import flows
from fpdeep_gen.partition.winners import kept_winners

ROUNDS = 5
"""Times that a scheme is filled anew."""

NEARLY, ROUNDS_MORE = 2, 4
"""Budgets exceeded with which a scheme that has all the time it wants gets more rounds."""

BALANCED, LEVELLED = 1.03, 1.028
"""Busiest board over mean beyond which a plan is levelled, and what is aimed at."""

SLACK = 0.995
"""Part of what a board may take that is aimed at where it took too much."""

KEPT = 8
"""Multipliers of each board that are kept for fully connected layers beside what they first seem to need."""

TIGHT = 0.99
"""Part of the interval that the busiest link takes at least where links are the limit; else a shorter one is tried."""

CLOSER, NEAR = 12, 0.955
"""Intervals that are tried between the bound, over `NEAR`, and a plan's own where links are the limit: what a link
carries depends on where boards' work ends in the layers, so that a shorter interval may do where a longer one does
not."""

FRESH = 0.6
"""Part of a board that a group begins with at least where links are the limit, so that there are boards to spare."""

SPREADS = 4
"""Times that fully connected layers are spread anew over the memory that is left."""

SAME, SOONER = 1.005, 0.99
"""Times the interval that a plan may have which has so much of the latency at most."""

EVEN, EVENED = 0.003, 8
"""Steps of the part of their multipliers that boards use where they have some to spare, and how many are tried."""


@dataclass(frozen=True)
class Candidate:
    """A plan and by how much it exceeds which budgets (nothing where it is feasible). `number`: steps of its interval
    above the bound."""

    plan: BalancedPlan
    places: Places
    excess: tuple[Problem, ...]
    number: int

    @property
    def rank(self) -> tuple[int, int, int, float]:
        """The less the better: budgets exceeded, fully connected weights off chip, interval, balance."""
        return (len(self.excess), self.places.count(Place.DDR), self.plan.prediction.interval, balance(self.plan))


@dataclass(frozen=True)
class Wish:
    """What a round begins with: the part of each board's multipliers that convolutions may take, in which proportions
    boards have fully connected weights, the shortest interval, and whether boards are to be `even`."""

    parts: tuple[float, ...]
    room: tuple[float, ...]
    shortest: int
    even: bool = False


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
        self.work = training_macs(network) / sum(self.dsp)
        slowest = min((framed_rate(link, cluster.clock_mhz) for link in cluster.links), default=inf)
        bound = bounds_of(network, cluster)
        self.linked = bound.link > bound.work
        self.floor = ceil(bound.link) if self.linked else 0
        self.left = bound.interval / LEFT
        axes = flat_axes(network, self.geometry, slowest * bound.interval)
        self.flat = FlatMemory(cluster, self.geometry, network.training.batch, axes)
        self.cut = lru_cache(maxsize=FILLED_KEPT)(self._cut)
        self.filled_by = lru_cache(maxsize=FILLED_KEPT)(self._filled_by)
        self.shares = lru_cache(maxsize=PLANS_KEPT)(self._shares)
        self.assembled = lru_cache(maxsize=PLANS_KEPT)(self._assembled)

    def settle(
        self,
        scheme: Scheme,
        speed: Speed,
        places: Places,
        most: float = inf,
        overshoot: float = inf,
        begin: int = FIRST,
        rounds: int = ROUNDS,
        mended: float = inf,
        rough: bool = False,
        slow: float = inf,
    ) -> Candidate | None:
        """The best of a few rounds, the first that keeps all budgets. None where no interval up to `most` has enough
        multipliers. Gives up on a scheme that at first takes more than `overshoot` times what a board or a link has,
        and on rounds after the first that need a longer interval than `mended`. `begin`: steps above the bound that
        are tried first; where it is a `rough` plan that is asked for, no shorter interval is looked for. None where an
        image takes `slow` intervals at first."""
        scheme = replace(scheme, few=scheme.few or any(scheme.partial))
        speed = replace(speed, in_turn=places[0] is Place.CHIP)
        equal = (1.0,) * len(self.dsp)
        wish: Wish | None = Wish(equal, equal, self.floor)
        best: Candidate | None = None
        number, more = begin, ROUNDS_MORE if mended == most == inf and not rough else 0
        gathering: list[Wish] | None = None
        kept: tuple[Filled, Wish] | None = None
        while wish is not None and (rounds or gathering is not None):
            rounds -= 1
            pieces = spread(self.geometry, wish.room, self.flat.axes) if self.flat.weights else ()

            def attempt(step: int, wish: Wish = wish, flat: tuple[FlatPiece, ...] = pieces) -> Filled | None:
                interval = max(wish.shortest, int(self.work * (1 + step * STEP)) + 1)
                room = self._rooms(interval, wish.parts, flat, speed, KEPT, wish.even)
                return self._attempted(scheme, interval, step, room)

            found = attempt(number) if wish.shortest or wish.even or rough else None
            longest = most if best is None else min(most, mended)
            if wish.even and best is not None:
                longest = min(most, max(self.left, SAME * best.plan.prediction.interval))
            if found is None:
                found = shortest(attempt, number, self.work, longest)
            if best is not None and self.linked and not best.excess:
                longest = min(longest, best.plan.prediction.interval - 1)
            if found is None or found.interval > longest:
                break
            if not self.linked:
                found = self._even(wish, found, pieces, speed)
            number = found.number
            for _ in range(SPREADS):
                candidate = self.assembled(found, pieces, speed, places)
                if best is None and candidate.plan.prediction.fill >= slow:
                    return None
                if (
                    best is None
                    or candidate.rank < best.rank
                    or (gathering is not None and _sooner(candidate, best))
                    or (wish.even and _evener(candidate, best))
                ):
                    best = candidate
                    kept = found, wish
                if not candidate.excess:
                    if not (wish.even or self.linked) and balance(candidate.plan) > BALANCED:
                        wish = replace(wish, even=True)
                        break
                    if self.linked and rounds > 0 and busiest_link(candidate.plan) < TIGHT * found.interval:
                        wish = replace(wish, shortest=ceil(busiest_link(candidate.plan) / TIGHT))
                        break
                    if gathering is not None:
                        return best
                    gathering = self._gathered(wish, candidate)
                if gathering is not None:
                    wish = gathering.pop() if gathering else None
                    break
                if not rounds and more and len(candidate.excess) <= NEARLY:
                    rounds, more = more, 0
                wish = self._corrected(wish, candidate, overshoot, min(most, mended))
                if wish is None or places[0] is Place.DDR or not self.flat.weights or wish.shortest > found.interval:
                    break
                pieces = spread(self.geometry, wish.room, self.flat.axes)
                if min(map(sub, self._rooms(found.interval, equal, pieces, speed).multipliers, self._used(found))) < 0:
                    break
        if best is not None and kept is not None and self.linked and not best.excess and mended == most == inf:
            return self._closer(best, *kept, speed, places)
        return best

    def _closer(self, best: Candidate, found: Filled, wish: Wish, speed: Speed, places: Places) -> Candidate:
        """The plan of the shortest of some intervals nearer to the bound, with fully connected layers where they are,
        that keeps all budgets; `best` where none does."""
        pieces = spread(self.geometry, wish.room, self.flat.axes) if self.flat.weights else ()
        least, own = ceil(self.floor / NEAR), best.plan.prediction.interval
        for number in range(CLOSER):
            interval = least + (own - least) * number // CLOSER
            if interval >= own:
                break
            room = self._rooms(interval, wish.parts, pieces, speed, KEPT)
            filled = self._attempted(found.scheme, interval, found.number, room)
            if filled is not None and self._carried(filled, pieces, speed) <= interval:
                candidate = self.assembled(filled, pieces, speed, places)
                if not candidate.excess:
                    return candidate
        return best

    def _carried(self, found: Filled, pieces: tuple[FlatPiece, ...], speed: Speed) -> float:
        """Cycles that streams take of the busiest link."""
        shares = self.shares(found.scheme, found.interval, found.room)
        shares += flat_shares(self.geometry, pieces, found.interval, speed)
        kept = kept_winners(self.network, self.cluster, self.geometry, shares)
        streams = flows(self.network, self.geometry, shares, len(self.dsp), kept)
        rates = np.array([framed_rate(link, self.cluster.clock_mhz) for link in self.cluster.links])
        ways = (np.sum([flow.up for flow in streams], axis=0), np.sum([flow.down for flow in streams], axis=0))
        return max(float((bits / rates).max()) for bits in ways)

    def _cut(self, scheme: Scheme) -> tuple[tuple[Track, ...], tuple[tuple[int, ...], ...]]:
        """The tracks of a scheme, and its groups of them."""
        tracks = tracks_of(self.geometry, scheme)
        return tracks, track_groups(tracks, scheme)

    def _filled_by(self, scheme: Scheme, interval: int, room: Room) -> tuple[Piece, ...] | None:
        """Pieces of convolutions on boards with `room` multipliers, None where these are too few."""
        tracks, groups = self.cut(scheme)
        return fill(groups, tracks, interval, room).pieces if min(room.multipliers) >= 0 else None

    def _attempted(self, scheme: Scheme, interval: int, number: int, room: Room) -> Filled | None:
        pieces = self.filled_by(scheme, interval, room)
        if pieces is None:
            return None
        return Filled(interval, number, scheme, room, sum(piece.multipliers for piece in pieces))

    def _shares(self, scheme: Scheme, interval: int, room: Room) -> tuple[Share, ...]:
        """Shares of convolutions where `filled_by` has pieces."""
        pieces = self.filled_by(scheme, interval, room)
        assert pieces is not None
        return shares_of(pieces, self.cut(scheme)[0], interval)

    def _assembled(self, found: Filled, pieces: tuple[FlatPiece, ...], speed: Speed, places: Places) -> Candidate:
        interval = found.interval
        conv = self.shares(found.scheme, interval, found.room)
        shares = conv + flat_shares(self.geometry, pieces, interval, speed)
        decided = Decided(interval, shares, *places, *self.flat.shared(interval, pieces, places))
        plan = assemble(self.network, self.cluster, self.geometry, decided)
        return Candidate(plan, places, tuple(budget_problems(plan)), found.number)

    def _used(self, found: Filled) -> list[int]:
        """Multipliers of each board that convolutions take."""
        used = [0] * len(self.dsp)
        for piece in self.filled_by(found.scheme, found.interval, found.room) or ():
            used[piece.board] += piece.multipliers
        return used

    def _rooms(
        self,
        interval: int,
        parts: Sequence[float],
        flat: Sequence[FlatPiece],
        speed: Speed,
        more: int = 0,
        even: bool = False,
    ) -> Room:
        """What each board has for convolutions; `more` multipliers are kept for fully connected layers beside their
        own. Where boards are to be `even`, no more work than `LEVELLED` times the mean, those layers' among it."""
        boards = {piece.board for piece in flat}
        kept = [more if board in boards else 0 for board in range(len(self.dsp))]
        macs = [int(LEVELLED * self.work * dsp) for dsp in self.dsp]
        for piece in flat:
            kept[piece.board] += flat_multipliers(self.geometry, piece, interval, speed)
            macs[piece.board] -= piece.weights(self.geometry) * len(self.geometry[piece.layer].phases)
        last = len(self.geometry) - 1
        ends = [piece.board for piece in flat if piece.layer == last]
        if ends:
            kept[max(ends)] += loss_dsp(self.network)
        multipliers = (int((own - rest) * part) for own, rest, part in zip(self.dsp, kept, parts, strict=True))
        return Room(tuple(multipliers), tuple(macs) if even else None, FRESH if self.linked else 0.0)

    def _even(self, wish: Wish, found: Filled, flat: Sequence[FlatPiece], speed: Speed) -> Filled:
        """The same with the least part of their multipliers on all boards alike, so that the last boards have no less
        to do than the others."""
        room = self._rooms(found.interval, wish.parts, flat, speed, KEPT)
        part = found.multipliers / sum(room.multipliers)
        for _ in range(EVENED):
            part += EVEN
            if part >= 1:
                break
            least = self._rooms(found.interval, [part * own for own in wish.parts], flat, speed, KEPT, wish.even)
            even = self._attempted(found.scheme, found.interval, found.number, least)
            if even is not None:
                return even
        return found

    def _gathered(self, wish: Wish, candidate: Candidate) -> list[Wish]:
        """The same with fully connected weights on fewer boards, the fewest last."""
        if candidate.places != ORDER[0] or not self.flat.weights:
            return []
        room = self.flat.room(candidate.plan, candidate.places)
        if room is None:
            return []
        fewer = dict.fromkeys(self.flat.gathered(room, most) for most in reversed(GATHERED))
        return [replace(wish, room=rest) for rest in fewer if rest != room]

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

    def _corrected(self, wish: Wish, candidate: Candidate, overshoot: float, longest: float) -> Wish | None:
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


def _sooner(one: Candidate, other: Candidate) -> bool:
    """Whether images come through sooner, with all else about as good."""
    if one.excess or other.excess or balance(one.plan) > max(BALANCED, balance(other.plan)):
        return not one.excess and bool(other.excess)
    mine, others = one.plan.prediction, other.plan.prediction
    return mine.interval <= SAME * others.interval and mine.latency < SOONER * others.latency


def _evener(one: Candidate, other: Candidate) -> bool:
    """Whether boards are more even, at a longer interval."""
    return not one.excess and balance(one.plan) < balance(other.plan)


def balance(plan: BalancedPlan) -> float:
    """Multiply-accumulates a multiplier of the busiest board, over the mean."""
    macs = [use.macs / board.dsp for use, board in zip(plan.uses, plan.cluster.boards, strict=True)]
    return max(macs) * len(macs) / sum(macs)


def busiest_link(plan: BalancedPlan) -> int:
    """Cycles an image that the busiest direction of a link takes."""
    return max((max(link.up_cycles, link.down_cycles) for link in plan.links), default=0)

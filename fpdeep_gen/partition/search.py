"""The search: schemes with ever more layers in step, settled on the boards; then faster fully connected layers."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from math import inf

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.bounds import bounds_of
from fpdeep_gen.partition.candidate import Candidate
from fpdeep_gen.partition.family import Scheme
from fpdeep_gen.partition.flat_memory import ORDER, Places
from fpdeep_gen.partition.geometry import training_macs
from fpdeep_gen.partition.guests import hosted
from fpdeep_gen.partition.intervals import COARSE, FIRST, LEAST
from fpdeep_gen.partition.model import BalancedPlan, Place
from fpdeep_gen.partition.nearer import is_uneven, nearer, reaches
from fpdeep_gen.partition.rounds import UNLIKELY, Terms, settle
from fpdeep_gen.partition.schemes import schemes
from fpdeep_gen.partition.settle import Settling
from fpdeep_gen.partition.sooner import Sooner
from fpdeep_gen.partition.speeds import SPEEDS

SCHEMES_MORE = 4
"""Schemes tried once one keeps the budgets, while fully connected layers are in DDR or throughput is not yet near."""

LIGHT, LIGHT_SPEED = 0.02, 7
"""Where fully connected layers are no more than this part of the work, the search begins with this speed."""

WORTH = 0.955
"""Part of the bound that is aimed at."""

HOPELESS, HOPELESS_SPREAD = 0.85, 0.95
"""Part of the fully connected weights that boards together have room for below which none of the schemes after that
keeps the budgets with them on chip; of a scheme with spread sums, beside which schemes gain little."""

OVERSHOOT = 1.2
"""A scheme is given up at first that takes so many times what a board or link has."""

FULL = 0.95
"""Where a scheme takes so many times all boards' memory, those after it of its kind, with or without spread sums,
displaced layers and copies of weights of layers by themselves, that join as many layers or more are not looked at."""

MENDED = 3
"""Schemes that are given all the rounds and time they want where none keeps the budgets near the bound."""

SPED = 4
"""Speeds of fully connected engines that are tried so that less waits for them."""

HOSTED, CORRECTED = 3, 4
"""Schemes that get guests, and times that these are corrected by what boards take."""


class Search:
    """One network on one cluster."""

    def __init__(self, network: Network, cluster: Cluster) -> None:
        self.settling = Settling(network, cluster)
        geometry, self.work = self.settling.geometry, self.settling.work
        self.schemes = tuple(schemes(network, cluster, geometry, max(self.work, self.settling.floor)))
        light = 3 * self.settling.flat.weights <= LIGHT * training_macs(network)
        self.first_speed = LIGHT_SPEED if light else 0
        self.enough = bounds_of(network, cluster).interval / WORTH
        self.begin = FIRST
        self.rooms: dict[Places, tuple[float, ...]] = {}

    def best(self, fast: bool = True) -> Candidate | None:
        """The first scheme's plan that keeps all budgets with fully connected layers where they may hope to be, else
        the best of all that keep the budgets, else the one that exceeds the fewest. With faster fully connected engines
        if it is to be `fast`, else the first on the same way that keeps the budgets."""
        found = self._best(fast)
        self.settling.forget()
        return found and self.settling.bounded(found)

    def _best(self, fast: bool) -> Candidate | None:
        tried: list[tuple[Candidate, Scheme]] = []
        more = SCHEMES_MORE
        plans = self._near()
        for scheme, other in plans:
            tried.append((other, scheme))
            found = min(tried, key=lambda pair: self._rank(pair[0]))
            if found[0].excess:
                continue
            more -= 1
            if not fast:
                break
            near = found[0].plan.prediction.interval <= self.enough
            if (near and found[0].places == self.settling.flat.hoped()) or not more:
                break
        if not tried:
            return None
        if all(candidate.excess for candidate, _ in tried):
            tried += self._sped(tried)
        if all(candidate.excess for candidate, _ in tried):
            tried += self._hosted(tried)
        if all(candidate.excess for candidate, _ in tried):
            allowed = ORDER[ORDER.index(self.settling.flat.hoped()) :]
            able = [pair for pair in tried if self._may_mend(pair[0].plan)]
            for other, scheme in sorted(able, key=lambda pair: self.settling.worst(pair[0].plan))[:MENDED]:
                if self._slower(other, tried[-1][0]):
                    continue
                mended = self._settled(scheme, inf, allowed)
                if mended is not None:
                    tried.append((mended, scheme))
                    if not (fast or mended.excess):
                        break
        best, _ = min(tried, key=lambda pair: self._rank(pair[0]))
        if not fast or best.excess:
            return best
        return Sooner(self.settling, self.enough).best(*self._nearest(tried, plans))

    def _sped(self, tried: Sequence[tuple[Candidate, Scheme]]) -> Iterator[tuple[Candidate, Scheme]]:
        """Where images share reads of weights in DDR, plans of the least crowded schemes with faster fully connected
        engines, up to the first that keeps all budgets: the sooner all of these images are through, the fewer rows of
        them wait in caches of convolutions. The search goes on with that speed."""
        able = [pair for pair in tried if pair[0].plan.prediction.shared_weights > 1 and self._may_mend(pair[0].plan)]
        for other, scheme in sorted(able, key=lambda pair: self.settling.worst(pair[0].plan))[:MENDED]:
            for speed in range(self.first_speed + 1, len(SPEEDS))[:SPED]:
                terms = Terms(scheme, SPEEDS[speed], other.places, overshoot=OVERSHOOT, mended=self.settling.left)
                found = settle(self.settling, terms)
                if found is not None:
                    yield found, scheme
                    if not found.excess:
                        self.first_speed = speed
                        return

    def _hosted(self, tried: Sequence[tuple[Candidate, Scheme]]) -> Iterator[tuple[Candidate, Scheme]]:
        """Plans of schemes with guests where boards have room, up to the first that keeps all budgets; with ever faster
        fully connected engines as long as that lacks little, as fewer rows wait in caches then. The search goes on
        with the last speed."""
        if self.settling.linked or not tried:
            return
        places = tried[-1][0].places
        bases = list(self._bases([pair for pair in tried if pair[0].places == places]))
        while bases:
            found = []
            for candidate, scheme in self._with_guests(bases, places):
                yield candidate, scheme
                found.append(candidate)
            least = min((len(candidate.excess) for candidate in found), default=inf)
            if least == 0 or least >= UNLIKELY or self.first_speed + 1 == len(SPEEDS):
                return
            self.first_speed += 1

    def _with_guests(
        self, bases: Sequence[tuple[Scheme, Candidate | None]], places: Places
    ) -> Iterator[tuple[Candidate, Scheme]]:
        """Plans of the first of these that may have guests, up to the first that keeps all budgets."""
        more = HOSTED
        for scheme, base in bases:
            found = base or self._settled(scheme, self.enough, (places,))
            for correction in range(CORRECTED):
                changed = None if found is None else hosted(found.plan, self.settling.geometry, scheme)
                if changed is None or changed == scheme:
                    break
                more -= 1 if correction == 0 else 0
                found, scheme = self._settled(changed, self.settling.left, (places,)), changed
                if found is not None:
                    yield found, scheme
                    if not found.excess:
                        return
            if not more:
                return

    def _bases(self, tried: Sequence[tuple[Candidate, Scheme]]) -> Iterator[tuple[Scheme, Candidate | None]]:
        """Schemes that may get guests: of those that were tried and take no more than all boards' memory those that
        take least of it, displaced ones last; before these one that was not tried."""
        filled = [(self.settling.filled(base.plan), base, scheme) for base, scheme in tried if scheme.frugal]
        able = sorted((each for each in filled if each[0] <= 1), key=lambda each: each[0])
        yield from ((scheme, base) for _, base, scheme in able if not scheme.displaced)
        known = {scheme for *_, scheme in filled}
        others = (one for one in self.schemes if one.frugal and not one.displaced and one not in known)
        yield from ((scheme, None) for scheme in islice(others, 1 if able else 0))
        yield from ((scheme, base) for _, base, scheme in able if scheme.displaced)

    def _nearest(
        self, tried: Sequence[tuple[Candidate, Scheme]], others: Iterable[tuple[Scheme, Candidate]]
    ) -> tuple[Scheme, Candidate, int]:
        """What `nearer` makes of the best plan; where that is short or uneven still, the best of it and of what
        becomes of the plans after it, and of some `others`, up to the first that is neither."""
        found: list[tuple[Scheme, Candidate, int]] = []
        ranked = ((scheme, other) for other, scheme in sorted(tried, key=lambda pair: self._rank(pair[0])))
        for scheme, other in chain(ranked, islice(others, SCHEMES_MORE)):
            if not other.excess:
                found.append(nearer(self.settling, scheme, other, self.first_speed))
                if self.settling.linked or reaches(self.settling, found[-1][1]):
                    break
        return min(found, key=lambda near: self._rank(near[1]))

    def _may_mend(self, plan: BalancedPlan) -> bool:
        """Whether a longer interval, or less for the boards that take too much, may do."""
        return self.settling.beyond(plan) <= OVERSHOOT or self.settling.waits_for_ddr(plan)

    def _slower(self, one: Candidate, mended: Candidate) -> bool:
        """Whether where links are the limit the plan of a scheme, once mended, cannot be as fast as a plan is already:
        its convolutions alone take a link for longer."""
        least = self.settling.worst(one.plan) * one.plan.prediction.interval
        return self.settling.linked and not mended.excess and least > mended.plan.prediction.interval

    def _near(self) -> Iterator[tuple[Scheme, Candidate]]:
        """Plans of all schemes, mended as long as they stay near the bound. Where boards have far too little memory for
        a scheme without spread sums, of those with them only the one that takes least is looked at. Slower
        memory for fully connected layers is looked at only when some schemes have not kept the budgets without it, or
        one is far from that."""
        crowded = hopeless = False
        full: dict[tuple[bool, bool, bool], int] = {}
        hoped, *others = ORDER[ORDER.index(self.settling.flat.hoped()) :]
        later: list[Scheme] = []
        for scheme in self.schemes:
            spread = any(scheme.partial)
            kind, groups = (spread, scheme.displaced, scheme.uncopied), len(scheme.groups)
            if groups <= full.get(kind, 0) or (crowded and spread and not scheme.frugal):
                continue
            other = self._settled(scheme, self.enough, others if hopeless else [hoped])
            if other is None:
                continue
            if others and not hopeless and other.excess:
                part = self.settling.flat.held(other.plan, hoped)
                hopeless = part < (HOPELESS_SPREAD if spread else HOPELESS)
                other = (self._settled(scheme, self.enough, others) if hopeless else None) or other
            if not spread:
                crowded = self.settling.crowded(other.plan) > OVERSHOOT
            if self.settling.filled(other.plan) > FULL:
                full[kind] = max(groups, full.get(kind, 0))
            self.begin = max(LEAST, other.number - max(2 * COARSE, other.number // 8))
            yield scheme, other
            if others and not hopeless and other.excess and self.settling.crowded(other.plan) <= OVERSHOOT:
                later.append(scheme)
                if len(later) == SCHEMES_MORE:
                    break
        for scheme in later:
            other = self._settled(scheme, self.enough, others)
            if other is not None:
                yield scheme, other

    def _rank(self, candidate: Candidate) -> tuple[int, float, bool, int, int, float]:
        """The less the better: budgets exceeded, by how much throughput is short of what is aimed at, uneven boards,
        fully connected layers off chip, interval."""
        excess, off_chip, interval, even = candidate.rank
        return (excess, max(interval, self.enough), is_uneven(self.settling, candidate), off_chip, interval, even)

    def _settled(self, scheme: Scheme, mended: float, allowed: Sequence[Places]) -> Candidate | None:
        """The scheme's plan with fully connected layers in the first memory of those `allowed` that has room."""
        best: Candidate | None = None
        for places in allowed:
            speed = SPEEDS[self.first_speed]
            terms = Terms(
                scheme, speed, places, overshoot=OVERSHOOT, begin=self.begin, mended=mended, room=self.rooms.get(places)
            )
            found = settle(self.settling, terms)
            if found is not None:
                self._remember(found)
            if found is not None and (best is None or self._rank(found) < self._rank(best)):
                best = found
            slow = found is not None and self.settling.linked and found.plan.prediction.interval > self.enough
            if found is None or not (found.excess or slow) or self.settling.crowded(found.plan) > OVERSHOOT:
                break
        return best

    def _remember(self, found: Candidate) -> None:
        """Where a plan has room for fully connected weights on chip, the next scheme's boards will have about as much,
        rather than all alike. Not where links are the limit: there weights lie where one scheme's links have room."""
        if found.places[0] is Place.CHIP and self.settling.flat.weights and not self.settling.linked:
            room = self.settling.flat.room(found.plan, found.places)
            if room is not None:
                self.rooms[found.places] = room

"""A scheme's rounds: each fills boards and spreads fully connected layers, the next mends what was too much."""

from dataclasses import dataclass, replace
from math import ceil, inf

from fpdeep_gen.partition.candidate import BALANCED, Candidate, balance, busiest_link, is_evener, is_sooner
from fpdeep_gen.partition.family import Scheme
from fpdeep_gen.partition.flat_memory import Places
from fpdeep_gen.partition.fully_connected import FlatPiece, Speed
from fpdeep_gen.partition.intervals import FIRST, STEP, Filled, shortest
from fpdeep_gen.partition.loss import loss_cycles
from fpdeep_gen.partition.model import Place
from fpdeep_gen.partition.settle import KEPT, Settling, Wish

ROUNDS = 5
"""Times that a scheme is filled anew."""

NEARLY, ROUNDS_MORE = 3, 4
"""Budgets exceeded by its best plan with which a scheme that has all the time it wants gets more rounds."""

UNLIKELY, UNLIKELY_ROUNDS = 8, 3
"""Budgets exceeded by its best plan after so many rounds with which a scheme is given up that has not all the time it
wants."""

TIGHT = 0.99
"""Part of the interval that the busiest link takes at least where links are the limit; else a shorter one is tried."""

CLOSER, NEAR = 12, 0.985
"""Intervals that are tried between the bound, over `NEAR`, and a plan's own where links are the limit: what a link
carries depends on where boards' work ends in the layers, so that a shorter interval may do where a longer one does
not."""

RELIEVED = 3
"""Times that fully connected weights gathered on some boards are taken from those that they were too many for."""

LEVELLED = 1.028
"""Busiest board over mean that is aimed at first where it would be more than `BALANCED`."""

EVENING = 3
"""Rounds that are left at least for even boards, however many it took to keep all budgets."""

SPREADS = 4
"""Times that fully connected layers are spread anew over the memory that is left."""


@dataclass(frozen=True)
class Terms:
    """What a scheme's plan is to be: fully connected engines of some speed, weights and gradients in these places, and
    an interval of at most `most` cycles.

    A scheme is given up that at first takes more than `overshoot` times what a board or a link has, or in which an
    image takes `slow` intervals, as are rounds after the first that need a longer interval than `mended`. `begin`:
    steps above the bound that are tried first. `level`: busiest board over mean that is aimed at where it would be more
    than `BALANCED`. `room`: proportions in which boards have fully connected weights at first, if not all alike.
    """

    scheme: Scheme
    speed: Speed
    places: Places
    most: float = inf
    overshoot: float = inf
    begin: int = FIRST
    rounds: int = ROUNDS
    mended: float = inf
    slow: float = inf
    level: float = LEVELLED
    room: tuple[float, ...] | None = None

    @property
    def patient(self) -> bool:
        """Whether the scheme has all the time it wants."""
        return self.mended == self.most == inf


@dataclass(frozen=True)
class Course:
    """How far rounds have got: what the next one begins with (None behind the last), how many are left, and `more` for
    a scheme that nearly fits then, steps of the last interval, the best plan so far, what that was `made` of, and once
    a plan has kept all budgets, the wishes with fully connected weights on ever more boards, and how often boards were
    `relieved` of some with the one at hand."""

    wish: Wish | None
    rounds: int
    more: int
    number: int
    best: Candidate | None = None
    made: tuple[Filled, Wish] | None = None
    gathering: tuple[Wish, ...] | None = None
    relieved: int = 0


def settle(settling: Settling, terms: Terms) -> Candidate | None:
    """The best of a few rounds, the first that keeps all budgets. None where no interval that is allowed has enough
    multipliers, or an image takes too long at first."""
    return _Rounds(settling, terms).best()


class _Rounds:
    """The rounds of one scheme."""

    def __init__(self, settling: Settling, terms: Terms) -> None:
        few = terms.scheme.few or any(terms.scheme.partial)
        speed = replace(terms.speed, in_turn=terms.places[0] is Place.CHIP)
        self.settling = settling
        self.terms = replace(terms, scheme=replace(terms.scheme, few=few), speed=speed)

    def best(self) -> Candidate | None:
        """What `settle` says."""
        terms, settling = self.terms, self.settling
        room = terms.room or settling.flat.first(terms.places)
        more = ROUNDS_MORE if terms.patient else 0
        course = Course(Wish(settling.equal, room, settling.floor), terms.rounds, more, terms.begin)
        while course.wish is not None and (course.rounds or course.gathering is not None):
            if course.rounds <= terms.rounds - UNLIKELY_ROUNDS and self._is_unlikely(course):
                break
            course = self._round(replace(course, rounds=course.rounds - 1), course.wish)
        best = course.best
        if best is not None and course.made is not None and self.settling.linked and not best.excess and terms.patient:
            return self._closer(best, *course.made)
        return best

    def _is_unlikely(self, course: Course) -> bool:
        """Whether a few more rounds will hardly do."""
        hurried = not (self.terms.patient or self.settling.linked)
        return hurried and course.best is not None and len(course.best.excess) >= UNLIKELY

    def _round(self, course: Course, wish: Wish) -> Course:
        """Boards are filled once."""
        pieces = self.settling.pieces(wish)
        found = self._filled(course, wish, pieces)
        if found is None:
            return replace(course, wish=None)
        return self._spread(replace(course, number=found.number), wish, found, pieces)

    def _filled(self, course: Course, wish: Wish, pieces: tuple[FlatPiece, ...]) -> Filled | None:
        """Convolutions at the shortest interval at which they fit; None where that is too long."""
        settling, terms, best = self.settling, self.terms, course.best

        def attempt(step: int) -> Filled | None:
            interval = max(wish.shortest, int(settling.work * (1 + step * STEP)) + 1)
            room = settling.rooms(interval, wish.parts, pieces, terms.speed, KEPT, wish.level)
            return settling.attempted(terms.scheme, interval, step, room)

        found = attempt(course.number) if wish.shortest or wish.even else None
        longest = terms.most if best is None else min(terms.most, terms.mended)
        if wish.even and best is not None:
            longest = min(terms.most, max(settling.left, best.plan.prediction.interval))
        if found is None:
            found = shortest(attempt, course.number, settling.work, longest)
        if best is not None and settling.linked and not best.excess:
            longest = min(longest, best.plan.prediction.interval - 1)
        if found is None or found.interval > longest:
            return None
        return found if settling.linked else settling.even(wish, found, pieces, terms.speed)

    def _spread(self, course: Course, wish: Wish, found: Filled, pieces: tuple[FlatPiece, ...]) -> Course:
        """Fully connected layers are spread anew as long as budgets are exceeded and convolutions may stay."""
        settling, terms = self.settling, self.terms
        for _ in range(SPREADS):
            made = found, pieces, terms.speed, terms.places
            if course.best is None and terms.slow < inf and settling.fill(*made) >= terms.slow:
                return replace(course, wish=None)
            candidate = settling.assembled(*made)
            if self._is_better(candidate, course, wish):
                course = replace(course, best=candidate, made=(found, wish))
            if not candidate.excess:
                return self._behind_fit(course, wish, candidate)
            if course.gathering is not None:
                relieved = settling.relieved(wish, candidate) if course.relieved < RELIEVED else None
                if relieved is None:
                    return _next_gathered(course)
                course = replace(course, wish=relieved, relieved=course.relieved + 1)
                if not self._may_stay(found, relieved):
                    break
                wish, pieces = relieved, settling.pieces(relieved)
                continue
            if not course.rounds and course.more and course.best is not None and len(course.best.excess) <= NEARLY:
                course = replace(course, rounds=course.more, more=0)
            mended = settling.corrected(wish, candidate, terms.overshoot, min(terms.most, terms.mended))
            course = replace(course, wish=mended)
            if mended is None or terms.places[0] is Place.DDR or not pieces or mended.shortest > found.interval:
                break
            if not self._may_stay(found, mended):
                break
            wish, pieces = mended, settling.pieces(mended)
        return course

    def _may_stay(self, found: Filled, wish: Wish) -> bool:
        """Whether boards have multipliers for fully connected layers as they are wished for beside convolutions."""
        settling = self.settling
        rooms = settling.rooms(found.interval, settling.equal, settling.pieces(wish), self.terms.speed).multipliers
        return all(room >= used for room, used in zip(rooms, settling.used(found), strict=True))

    def _is_better(self, candidate: Candidate, course: Course, wish: Wish) -> bool:
        best = course.best
        return (
            best is None
            or candidate.rank < best.rank
            or (course.gathering is not None and is_sooner(candidate, best))
            or (wish.even and is_evener(candidate, best))
        )

    def _behind_fit(self, course: Course, wish: Wish, candidate: Candidate) -> Course:
        """What follows a plan that keeps all budgets: evener boards, a shorter interval where links have room, fully
        connected weights on fewer boards; of these the first that fits is the last plan."""
        linked, interval = self.settling.linked, candidate.plan.prediction.interval
        if not (wish.even or linked) and balance(candidate.plan) > BALANCED:
            return replace(course, wish=replace(wish, level=self.terms.level), rounds=max(course.rounds, EVENING))
        slowest = loss_cycles(self.settling.network, self.settling.cluster)
        shorter = max(ceil(busiest_link(candidate.plan) / TIGHT), slowest)
        if linked and course.rounds > 0 and shorter < interval:
            return replace(course, wish=replace(wish, shortest=shorter))
        if course.gathering is not None:
            return replace(course, wish=None, made=None)
        return _next_gathered(replace(course, gathering=self.settling.gathered(wish, candidate)))

    def _closer(self, best: Candidate, found: Filled, wish: Wish) -> Candidate:
        """The plan of the shortest of some intervals nearer to the bound, with fully connected layers where they are,
        that keeps all budgets; `best` where none does."""
        settling, speed = self.settling, self.terms.speed
        pieces = settling.pieces(wish)
        least, own = ceil(settling.floor / NEAR), best.plan.prediction.interval
        for number in range(CLOSER):
            interval = least + (own - least) * number // CLOSER
            if interval >= own:
                break
            room = settling.rooms(interval, wish.parts, pieces, speed, KEPT)
            filled = settling.attempted(found.scheme, interval, found.number, room)
            if filled is not None and settling.carried(filled, pieces, speed) <= interval:
                candidate = settling.assembled(filled, pieces, speed, self.terms.places)
                if not candidate.excess:
                    return candidate
        return best


def _next_gathered(course: Course) -> Course:
    """The course with weights on more boards next."""
    wishes = course.gathering or ()
    return replace(course, wish=wishes[-1] if wishes else None, gathering=wishes[:-1], relieved=0)

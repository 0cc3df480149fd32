"""Plans in which images come through sooner: with faster fully connected engines, fewer spread sums, more memory."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from fpdeep_gen.partition.candidate import BALANCED, Candidate, balance
from fpdeep_gen.partition.family import Scheme
from fpdeep_gen.partition.flat_memory import flat_words
from fpdeep_gen.partition.fully_connected import Speed
from fpdeep_gen.partition.intervals import LEAST
from fpdeep_gen.partition.model import Place
from fpdeep_gen.partition.rounds import NEARLY, Terms, settle
from fpdeep_gen.partition.settle import Settling
from fpdeep_gen.partition.speeds import FINE, SPEEDS, faster

FILL = 4.0
"""Latency in intervals that faster fully connected engines are tried for."""

GAIN = 0.995
"""Part of the latency that faster engines must leave at most."""

SOONER_ROUNDS = 3
"""Times that boards are filled anew for a plan in which images come through sooner: what exceeds budgets then, hardly
ever keeps them later."""

WEIGHT = 2
"""Times a longer interval that the latency must gain, both in parts of what they were."""

MISSED = 2
"""Speeds that do not gain after which no greater ones are tried."""


@dataclass(frozen=True)
class Sooner:
    """One network on one cluster, of which a plan keeps all budgets. `enough`: the interval that is aimed at."""

    settling: Settling
    enough: float

    def best(self, scheme: Scheme, found: Candidate, speed: int) -> Candidate:
        """The same with faster fully connected engines, after those of number `speed`, and fewer spread sums, as long
        as the fill gains and throughput does not suffer."""
        if not self.settling.flat.weights:
            return found
        missed, off_chip = 0, found.places[0] is Place.DDR
        speeds = [speed, *faster(speed)[: 0 if off_chip else 1]]
        for sooner, number in product(_sooner(scheme), speeds):
            if found.plan.prediction.fill <= FILL:
                break
            other = self._quicker(sooner, SPEEDS[number], found)
            if other is not None and (len(other.excess) > NEARLY or _idle(other, found)):
                break
            if other is not None and self._gains(sooner, other, found):
                scheme, found, speed = sooner, other, number
        for number in faster(speed):
            if found.plan.prediction.fill <= FILL or missed == MISSED:
                break
            fine = off_chip and SPEEDS[number] in FINE
            other = None if fine else self._quicker(scheme, SPEEDS[number], found)
            if other is not None and len(other.excess) > NEARLY:
                break
            gains = other is not None and self._gains(scheme, other, found)
            found = other if other is not None and gains else found
            missed = 0 if gains else missed + 1
        return found

    def _quicker(self, scheme: Scheme, speed: Speed, found: Candidate) -> Candidate | None:
        """The plan of a scheme, if some interval that is left has enough multipliers and images come through sooner at
        first than in `found`. Weights on chip begin where they are there, so that both can be compared at once."""
        gain = GAIN * found.plan.prediction.fill
        begin = max(LEAST, found.number)
        room = tuple(flat_words(found.plan, self.settling.geometry)) if found.places[0] is Place.CHIP else None
        most = self._most(scheme)
        terms = Terms(scheme, speed, found.places, most, begin=begin, rounds=SOONER_ROUNDS, slow=gain, room=room)
        return settle(self.settling, terms)

    def _most(self, scheme: Scheme) -> float:
        """The longest interval that sooner images may cost: what is left, or what is aimed at where layers by
        themselves have no copies, which faster engines' memory would cost more of."""
        return self.enough if scheme.uncopied else self.settling.left

    def _gains(self, scheme: Scheme, other: Candidate, found: Candidate) -> bool:
        """Whether the scheme's plan `other` keeps all budgets, images come through sooner than in `found`, and that is
        worth it."""
        mine, others = other.plan.prediction, found.plan.prediction
        worth = others.fill * min(GAIN, 1 - WEIGHT * (mine.interval / others.interval - 1))
        even = balance(other.plan) <= max(BALANCED, balance(found.plan))
        return not other.excess and mine.interval <= self._most(scheme) and mine.fill < worth and even


def _idle(other: Candidate, found: Candidate) -> bool:
    """Whether there was memory for `other`, but images come through no sooner: more of the same will hardly help."""
    return not other.excess and other.plan.prediction.fill > GAIN * found.plan.prediction.fill


def _sooner(scheme: Scheme) -> Iterator[Scheme]:
    """Schemes like it with which images may come through sooner, for more memory."""
    if any(scheme.partial):
        yield replace(scheme, frugal=False)
        yield replace(scheme.with_fewer_sums(), frugal=False)

"""Plans that keep all budgets, brought nearer to what is aimed at where they are short of it or boards are uneven."""

from collections.abc import Iterator
from dataclasses import replace

from fpdeep_gen.partition.candidate import BALANCED, Candidate, balance
from fpdeep_gen.partition.family import Scheme
from fpdeep_gen.partition.rounds import Terms, settle
from fpdeep_gen.partition.settle import Settling
from fpdeep_gen.partition.speeds import SPEEDS


def nearer(settling: Settling, scheme: Scheme, found: Candidate, first_speed: int) -> tuple[Scheme, Candidate, int]:
    """The same with slower fully connected engines, the fastest that leave the throughput which faster ones must
    leave and boards even, else those with the shortest interval; and the number of their speed. Where none leave
    that throughput, schemes that ask less of links or multipliers; where boards are uneven, fewer engines side by
    side, or boards that are no more even than they need to be: the less others take, the more memory they have."""
    chosen = speed = first_speed
    while speed and not reaches(settling, found):
        speed -= 1
        most = found.plan.prediction.interval - 1
        terms = Terms(scheme, SPEEDS[speed], found.places, most, begin=found.number, mended=most)
        other = settle(settling, terms)
        if other is None or other.excess:
            break
        found, chosen = other, speed
    for changed in () if settling.linked else _shorter(scheme):
        if found.plan.prediction.interval <= settling.left:
            break
        most = found.plan.prediction.interval - 1
        other = settle(settling, Terms(changed, SPEEDS[chosen], found.places, most, mended=most))
        if other is not None and not other.excess:
            scheme, found = changed, other
    if is_uneven(settling, found):
        same = Terms(scheme, SPEEDS[chosen], found.places, begin=found.number)
        fewer = replace(same, scheme=replace(scheme, few=True), most=settling.left)
        for terms in (fewer, replace(same, level=BALANCED)):
            other = settle(settling, terms)
            if other is not None and not other.excess and reaches(settling, other):
                return terms.scheme, other, chosen
    return scheme, found, chosen


def reaches(settling: Settling, found: Candidate) -> bool:
    """Whether the plan leaves the throughput that others must leave, and boards are even."""
    return found.plan.prediction.interval <= settling.left and not is_uneven(settling, found)


def is_uneven(settling: Settling, found: Candidate) -> bool:
    """Whether the busiest board has more to do than is aimed at, where multipliers are the limit."""
    return not settling.linked and balance(found.plan) > BALANCED


def _shorter(scheme: Scheme) -> Iterator[Scheme]:
    """Schemes like it that may allow a shorter interval: with fewer sums on links, for copies of weights, and with
    engines as `fine` as can be."""
    if any(scheme.partial) and not scheme.guests:
        yield scheme.with_fewer_sums()
    yield replace(scheme, fine=True)

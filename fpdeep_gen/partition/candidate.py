"""Plans that may not keep all budgets yet, and which of two is the better."""

from dataclasses import dataclass

from fpdeep_gen.errors import Problem
from fpdeep_gen.partition.flat_memory import Places
from fpdeep_gen.partition.model import BalancedPlan, Place

BALANCED = 1.03
"""Busiest board over mean beyond which boards are evened."""

SAME, SOONER = 1.01, 0.99
"""Times the interval that a plan may have which has so much of the latency at most."""


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


def is_sooner(one: Candidate, other: Candidate) -> bool:
    """Whether images come through sooner, with all else about as good."""
    if one.excess or other.excess or balance(one.plan) > max(BALANCED, balance(other.plan)):
        return not one.excess and bool(other.excess)
    mine, others = one.plan.prediction, other.plan.prediction
    return mine.interval <= SAME * others.interval and mine.latency < SOONER * others.latency


def is_evener(one: Candidate, other: Candidate) -> bool:
    """Whether boards are more even, at a longer interval."""
    return not one.excess and balance(one.plan) < balance(other.plan)


def balance(plan: BalancedPlan) -> float:
    """Multiply-accumulates a multiplier of the busiest board, over the mean."""
    macs = [use.macs / board.dsp for use, board in zip(plan.uses, plan.cluster.boards, strict=True)]
    return max(macs) * len(macs) / sum(macs)


def busiest_link(plan: BalancedPlan) -> int:
    """Cycles an image that the busiest direction of a link takes."""
    return max((max(link.up_cycles, link.down_cycles) for link in plan.links), default=0)

"""Which schemes and speeds are tried so that images come through sooner, whatever `settle` makes of them."""

from dataclasses import replace

import pytest

from fpdeep_gen.errors import Problem
from fpdeep_gen.partition import sooner
from fpdeep_gen.partition.candidate import Candidate
from fpdeep_gen.partition.family import Scheme
from fpdeep_gen.partition.flat_memory import ORDER
from fpdeep_gen.partition.rounds import NEARLY, Terms
from fpdeep_gen.partition.settle import Settling
from fpdeep_gen.partition.sooner import SOONER_ROUNDS, Sooner
from fpdeep_gen.partition.speeds import SPEEDS
from tests.sim.rows.test_planned import planned

SPREAD = Scheme((False,) * 6, ((0,), (1,), (2,), (3,)), (False, True, True, False, False, False), (1,) * 6, frugal=True)
"""Sums of two layers are spread."""

SLOW, SPEED = 10, 4


def candidate(fill: float, excess: int = 0) -> Candidate:
    """The small plan with another latency, and so many budgets exceeded."""
    plan = planned()
    prediction = replace(plan.prediction, latency=int(fill * plan.prediction.interval))
    lacks = (Problem(None, None, "boards[0].bram36", "", ""),) * excess
    return Candidate(replace(plan, prediction=prediction), ORDER[0], lacks, 0)


@pytest.mark.parametrize(
    ("made", "spreads", "faster"),
    [
        pytest.param(candidate(4), 1, 0, id="soon enough"),
        pytest.param(candidate(0.996 * SLOW), 1, 2, id="there is memory, but no gain"),
        pytest.param(candidate(5, NEARLY + 1), 1, 1, id="far too little memory"),
        pytest.param(candidate(5, NEARLY), 4, 2, id="a little too little memory"),
        pytest.param(None, 4, 2, id="no interval that is allowed"),
    ],
)
def test_more_of_the_same_is_tried_as_long_as_it_may_help(
    made: Candidate | None, spreads: int, faster: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a plan that takes ten intervals with sums of two layers spread: those of both and of one, with the same speed
    and the next; then two faster speeds with which nothing is gained."""
    tried: list[Terms] = []

    def settle(_: Settling, terms: Terms) -> Candidate | None:
        tried.append(terms)
        return made

    monkeypatch.setattr(sooner, "settle", settle)
    plan = planned()
    found = Sooner(Settling(plan.network, plan.cluster), plan.prediction.interval).best(SPREAD, candidate(SLOW), SPEED)
    assert found == (candidate(SLOW) if faster else made)
    both = replace(SPREAD, frugal=False)
    schemes = [both, both, both.with_fewer_sums(), both.with_fewer_sums()]
    speeds = [SPEEDS[SPEED], SPEEDS[SPEED + 1]] * 2
    assert [(terms.scheme, terms.speed) for terms in tried] == [
        *zip(schemes[:spreads], speeds, strict=False),
        *((SPREAD, speed) for speed in SPEEDS[SPEED + 1 :][:faster]),
    ]
    assert all(terms.rounds == SOONER_ROUNDS for terms in tried)

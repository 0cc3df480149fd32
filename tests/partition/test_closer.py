"""Shorter intervals where links are the limit."""

import pytest

from fpdeep_gen.partition import rounds
from fpdeep_gen.partition.budget import budget_problems
from fpdeep_gen.partition.patience import patient
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.networks import pooled, slow_chain, tight


def test_intervals_nearer_to_the_bound_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What links carry jumps with the interval: a shorter one may do though the search has stopped."""
    plan = tight()
    assert plan.bounds.work < plan.bounds.link <= plan.prediction.interval
    assert not list(budget_problems(plan))
    assert compare(plan, 12).faults == ()
    tried = patient(pooled(), slow_chain(0.1))
    monkeypatch.setattr(rounds, "CLOSER", 0)
    untried = patient(pooled(), slow_chain(0.1))
    assert tried is not None and untried is not None
    assert untried.plan.prediction.interval > 1.1 * tried.plan.prediction.interval

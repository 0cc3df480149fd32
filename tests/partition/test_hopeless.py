"""Rounds that end where a few more will hardly do, and searches without garbage collection."""

import gc
from dataclasses import replace
from math import inf

import pytest

from fpdeep_gen.errors import Problem
from fpdeep_gen.partition.candidate import Candidate
from fpdeep_gen.partition.flat_memory import ORDER
from fpdeep_gen.partition.fully_connected import Speed
from fpdeep_gen.partition.patience import uncollected
from fpdeep_gen.partition.rounds import ROUNDS, ROUNDS_MORE, UNLIKELY, UNLIKELY_ROUNDS, Course, Terms, _Rounds
from fpdeep_gen.partition.search import Search
from fpdeep_gen.partition.settle import Settling, Wish
from tests.sim.rows.test_planned import planned


def rounds_made(monkeypatch: pytest.MonkeyPatch, exceeded: int, mended: float) -> int:
    """Rounds of a scheme whose plans all exceed so many budgets."""
    plan = planned()
    settling = Settling(plan.network, plan.cluster)
    assert not settling.linked
    problem = Problem(None, None, "boards[0].bram36", "at most 1", "2")
    candidate = Candidate(plan, ORDER[0], (problem,) * exceeded, 0)
    made = []

    def again(self: _Rounds, course: Course, wish: Wish) -> Course:
        made.append(course.rounds)
        more = course.rounds or course.more
        return replace(course, best=candidate, rounds=more, more=course.more if course.rounds else 0)

    monkeypatch.setattr(_Rounds, "_round", again)
    scheme = Search(plan.network, plan.cluster).schemes[0]
    found = _Rounds(settling, Terms(scheme, Speed(1, 1), ORDER[0], mended=mended)).best()
    assert found is candidate
    return len(made)


def test_a_scheme_far_from_its_budgets_is_given_up_unless_it_has_all_the_time_it_wants(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert rounds_made(monkeypatch, UNLIKELY, 1.0) == UNLIKELY_ROUNDS
    assert rounds_made(monkeypatch, UNLIKELY - 1, 1.0) == ROUNDS
    assert rounds_made(monkeypatch, UNLIKELY, inf) == ROUNDS + ROUNDS_MORE


def test_garbage_is_collected_again_behind_a_search() -> None:
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), uncollected():
        assert not gc.isenabled()
        _ = 1 // 0
    assert gc.isenabled()


def test_a_search_lets_go_of_what_it_kept() -> None:
    plan = planned()
    search = Search(plan.network, plan.cluster)
    found = search.best()
    assert found is not None and found.plan.bounds == plan.bounds
    assert all(
        kept.cache_info().currsize == 0
        for kept in (search.settling.filled_by, search.settling.shares, search.settling.assembled)
    )

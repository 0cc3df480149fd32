"""Plans with fewer images under way."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from fpdeep_gen.partition import spaced as module
from fpdeep_gen.partition.assemble import Timed
from fpdeep_gen.partition.budget import budget_problems
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.partition.spaced import spaced
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.networks import chain, sharing, small_vgg

FILL = 2.5
IMAGES = 10


@cache
def planned() -> BalancedPlan:
    return make_balanced_plan(small_vgg(), chain(5))


def timed_apart(plan: BalancedPlan, interval: int) -> Timed:
    return module._apart(plan, geometries(plan.network), interval)[1]


@pytest.mark.parametrize("fill", [FILL, 1.0])
def test_images_are_as_far_apart_as_the_fill_asks_and_no_further(fill: float) -> None:
    plan = planned()
    assert plan.prediction.fill > FILL
    found = spaced(plan, fill)
    assert found.prediction.fill <= fill
    assert found.prediction.intake == plan.prediction.interval
    assert found.shares == plan.shares
    nearer = int(found.prediction.interval / 1.002)
    assert timed_apart(plan, nearer).timing.latency > fill * nearer
    assert found.prediction.latency <= 1.01 * plan.prediction.latency
    assert sum(cache.rows for cache in found.caches) < sum(cache.rows for cache in plan.caches)
    assert not list(budget_problems(found))


def test_a_plan_whose_fill_is_no_more_is_left_alone() -> None:
    plan = planned()
    assert spaced(plan, plan.prediction.fill) is plan


def test_fewer_images_share_reads_of_ddr_where_they_come_further_apart() -> None:
    plan = sharing(2.0, 15)
    fills = [plan.prediction.fill, 4.0, 1.5]
    plans = [plan, *(spaced(plan, fill) for fill in fills[1:])]
    assert plan.prediction.shared_weights > 1
    for (wide, fill), (_, less) in pairwise(zip(plans, fills, strict=True)):
        assert less < fill
        assert wide.prediction.fill <= fill
    assert (plans[-1].prediction.shared_weights, plans[-1].prediction.shared_gradients) == (1, 1)
    nearer = int(plans[-1].prediction.interval / 1.002)
    assert timed_apart(plan, nearer).timing.latency > fills[-1] * nearer
    assert compare(plans[-1], IMAGES).faults == ()


def test_a_fill_can_be_asked_for() -> None:
    plan = make_balanced_plan(small_vgg(), chain(5), fill=FILL)
    assert plan.prediction.fill <= FILL
    assert plan.prediction.intake < plan.prediction.interval


def test_predicted_times_come_about() -> None:
    found = spaced(planned(), FILL)
    measured = compare(found, IMAGES)
    assert measured.faults == ()
    for predicted, simulated in (measured.interval, measured.latency, measured.batch):
        assert simulated == pytest.approx(predicted, rel=0.001)


def test_pixels_that_come_over_the_whole_interval_are_seen() -> None:
    found = spaced(planned(), FILL)
    late = replace(found, prediction=replace(found.prediction, intake=found.prediction.interval))
    assert any(fault.startswith("latency") for fault in compare(late, IMAGES).faults)

"""Figures of a plan, the reason for none, the knee of a curve."""

from dataclasses import replace

import pytest

from fpdeep_gen.energy.model import load_energy
from fpdeep_gen.errors import Problem
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.report.points import Figures, Point, figures_of, knee, limit_of, reason_of
from tests.partition.networks import chain, conv, network, output

FIGURES = Figures(100.0, 90.0, 0.96, 1.01, 0.5, 0, 4.0, 0.5, 1, "multipliers", 90.0, 40.0)


def curve(*parts: float | None) -> list[Point]:
    """A point for each number of boards from 1: the part of the bound that is reached, or no plan."""
    return [
        Point(index, 10.0 * index, 10.0 * index, None, "why")
        if part is None
        else Point(index, 10.0 * index, 10.0 * index, replace(FIGURES, of_bound=part))
        for index, part in enumerate(parts, 1)
    ]


def test_the_knee_is_the_first_drop_below_linear_after_it_was_reached() -> None:
    assert knee(curve(None, 0.96, 0.97, 0.94, 0.99)) == 4
    assert knee(curve(0.90, 0.96, 0.95)) is None  # a poor start is no knee, and 0.95 is still linear
    assert knee(curve(0.90, 0.96, None, 0.9499)) == 4
    assert knee(curve(0.5, 0.4)) is None
    assert knee(list(reversed(curve(0.96, 0.9, 0.8)))) == 2
    assert knee([]) is None


def test_figures_follow_from_the_plan() -> None:
    first = conv("conv0", (3, 24, 24), 16, 3, pool=2)
    plan = make_balanced_plan(network((first, conv("conv1", output(first), 32, 3))), chain(3))
    found = figures_of(plan, load_energy())
    # 100 MHz; forward of both, gradient of both, backward of the second alone
    macs = 2 * 24 * 24 * 16 * 3 * 9 + 3 * 12 * 12 * 32 * 16 * 9
    assert found.steady == pytest.approx(1e8 / plan.prediction.interval)
    assert found.of_bound == pytest.approx(macs / (3 * 200) / plan.prediction.interval)
    batch = 15 * plan.prediction.interval + plan.prediction.latency + plan.prediction.update
    assert found.images_per_second == pytest.approx(16 * 1e8 / batch)
    assert found.memory == max(use.bram18 for use in plan.uses) / 800
    assert found.link is not None
    busiest = plan.links[found.link]
    assert found.link_load == max(busiest.up_cycles, busiest.down_cycles) / plan.prediction.interval
    assert all(
        max(link.up_cycles, link.down_cycles) <= max(busiest.up_cycles, busiest.down_cycles) for link in plan.links
    )


def test_what_limits_is_what_is_used_up() -> None:
    plan = make_balanced_plan(network((conv("conv0", (8, 24, 24), 16, 3),)), chain(2))
    interval = plan.prediction.interval
    full = replace(plan.links[0], down_cycles=interval)
    assert limit_of(replace(plan, links=(full,))) == "link 0"
    at_bound = replace(plan.bounds, work=0.96 * interval)
    assert limit_of(replace(plan, bounds=at_bound)) == "multipliers"
    below = replace(plan, bounds=replace(plan.bounds, work=0.8 * interval))
    taken = tuple(replace(use, engine_dsp=199) for use in plan.uses)
    assert limit_of(replace(below, uses=taken)) == "folds"
    idle = tuple(replace(use, engine_dsp=150, weight_bram18=0) for use in plan.uses)
    assert limit_of(replace(below, uses=idle)) == "uneven shares"
    stored = (idle[0], replace(idle[1], weight_bram18=790))
    assert limit_of(replace(below, uses=stored)) == "memory of board 1"


def test_a_reason_names_the_first_problem_and_counts_the_others() -> None:
    problem = Problem(None, None, "boards[3].bram36", "at most 1470 block RAMs (vc709)", "1733")
    assert reason_of([problem]) == "boards[3].bram36 takes 1733, expected at most 1470 block RAMs (vc709)"
    assert reason_of([problem, problem]).endswith("(and 1 more)")


def test_a_point_has_figures_or_a_reason() -> None:
    for figures, reason in ((None, ""), (FIGURES, "why")):
        with pytest.raises(ValueError, match="either"):
            Point(1, 10.0, 10.0, figures, reason)


def test_boards_are_as_busy_as_their_multipliers() -> None:
    """Of a board with three times the multipliers three times the work is its even part."""
    small = chain(2)
    boards = (replace(small.boards[0], dsp=600), small.boards[1])
    plan = make_balanced_plan(network((conv("conv0", (8, 24, 24), 16, 3),)), replace(small, boards=boards))
    uses = tuple(replace(use, macs=macs) for use, macs in zip(plan.uses, (3000, 1000), strict=True))
    assert figures_of(replace(plan, uses=uses), load_energy()).balance == pytest.approx(1.0)
    uses = tuple(replace(use, macs=macs) for use, macs in zip(plan.uses, (3000, 3000), strict=True))
    assert figures_of(replace(plan, uses=uses), load_energy()).balance == pytest.approx(1.5)  # 15 over (5 + 15) / 2

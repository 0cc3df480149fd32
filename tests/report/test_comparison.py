"""A plan beside baselines and GPUs: its figures follow from the plan, and the page is complete in itself."""

from dataclasses import replace

import pytest

from fpdeep_gen.energy.estimate import plan_energy
from fpdeep_gen.energy.model import load_energy
from fpdeep_gen.partition.model import BalancedPlan, Place
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.report.comparison import ComparisonRow, comparison_document, comparison_rows
from fpdeep_gen.report.comparison_page import comparison_html
from tests.partition.networks import chain, conv, network, output
from tests.report.html_checker import check_page


@pytest.fixture(scope="module")
def plan() -> BalancedPlan:
    first = conv("conv0", (3, 24, 24), 16, 3, pool=2)
    made = network((first, conv("conv1", output(first), 32, 3)))
    return make_balanced_plan(replace(made, name="vgg16"), chain(3))


@pytest.fixture(scope="module")
def rows(plan: BalancedPlan) -> tuple[ComparisonRow, ...]:
    return comparison_rows(plan, load_energy())


def test_the_plans_row_follows_from_the_plan(plan: BalancedPlan, rows: tuple[ComparisonRow, ...]) -> None:
    own, predicted = rows[0], plan.prediction
    cycles = 15 * predicted.interval + predicted.latency + predicted.update
    macs = 2 * 24 * 24 * 16 * 3 * 9 + 3 * 12 * 12 * 32 * 16 * 9
    assert own.images_per_second == pytest.approx(16 * 1e8 / cycles)
    assert own.of_bound == pytest.approx(macs / 600 * 16 / cycles)  # 3 boards of 200 DSPs
    assert own.memory_bits == max(use.bram18 for use in plan.uses) * 18 * 1024
    assert own.in_flight is not None
    assert own.in_flight - 1 < predicted.latency / predicted.interval <= own.in_flight
    assert (own.boards, own.batch, own.ddr_load) == (3, 16, 0.0)
    assert own.estimated_gops_per_joule == pytest.approx(plan_energy(plan, load_energy()).gops_per_joule)


def test_what_lies_in_ddr_counts_as_memory(plan: BalancedPlan, rows: tuple[ComparisonRow, ...]) -> None:
    board = max(plan.uses, key=lambda use: use.bram18).board
    moved = [store for store in plan.stores if store.board == board]
    outside = replace(plan, stores=tuple(replace(store, place=Place.DDR) for store in moved))
    before, after = rows[0].memory_bits, comparison_rows(outside, load_energy())[0].memory_bits
    assert before is not None
    assert after == before + sum(store.words * store.width for store in moved)


def test_baselines_and_gpus_stand_beside_it(rows: tuple[ComparisonRow, ...]) -> None:
    assert [row.kind for row in rows] == ["plan"] + ["baseline"] * 5 + ["gpu"] * 3
    goal = rows[5]  # data parallel, asked for the plan's rate
    assert "images/s" in goal.note
    assert all(row.estimated_gops_per_joule is not None and row.estimated_gops_per_joule > 0 for row in rows)
    assert all(
        row.estimated_watts == pytest.approx(watts) for row, watts in zip(rows[6:], (250, 180, 235), strict=True)
    )
    slower = max(row.images_per_second for row in rows[1:3])
    assert slower < rows[0].images_per_second  # whole layers: two of three boards at most are busy


def test_the_page_shows_every_row(plan: BalancedPlan, rows: tuple[ComparisonRow, ...]) -> None:
    text = comparison_html(replace(plan, network=replace(plan.network, name="<b>")), rows, 1234.5)
    check_page(text)
    assert "<b>" not in text
    assert "1,234.5 images/s" in text
    assert all(row.name in text for row in rows)
    assert "estimates by an energy model" in text
    document = comparison_document(plan, rows)
    listed = document["rows"]
    assert isinstance(listed, list)
    assert len(listed) == len(rows)

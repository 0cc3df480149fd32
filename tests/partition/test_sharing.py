"""Images that share reads of fully connected weights and gradients in slow DDR."""

from dataclasses import replace

import pytest

from fpdeep_gen.board.model import Ddr
from fpdeep_gen.partition.budget import budget_problems
from fpdeep_gen.partition.model import BalancedPlan, Kept, Place
from fpdeep_gen.partition.patience import patient
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.networks import chain, sharing, small_vgg
from tests.partition.test_lesser import slow_memory, weighty


def moved(plan: BalancedPlan) -> float:
    """Bits of weights and gradients that the busiest DDR reads and writes for an image."""
    shared = {Kept.WEIGHTS: plan.prediction.shared_weights, Kept.GRADIENTS: plan.prediction.shared_gradients}
    bits = [0.0] * len(plan.cluster.boards)
    for store in plan.stores:
        if store.layer >= 4:
            bits[store.board] += 2 * store.words * {16: 16, 36: 40}[store.width] / shared[store.kept]
    return max(bits)


@pytest.mark.parametrize("rate", [1.2, 0.7, 0.1])
def test_no_more_images_share_gradients_than_a_batch_has_so_the_interval_is_longer(rate: float) -> None:
    """19 images and more would have to, of 15."""
    plan, fast = sharing(rate, 15), sharing(2.4, 15)
    predicted = plan.prediction
    assert 1 < predicted.shared_weights < predicted.shared_gradients == 15
    assert list(budget_problems(plan)) == []
    rate_bits = rate * 8e9 * 0.8 / 100e6
    assert moved(plan) <= rate_bits * predicted.interval
    assert moved(plan) > 0.9 * rate_bits * predicted.interval
    assert predicted.interval > fast.prediction.interval


def test_a_larger_batch_shares_more_and_keeps_the_interval() -> None:
    assert sharing(1.2, 15).prediction.interval > sharing(1.2, 25).prediction.interval
    assert sharing(1.2, 25).prediction.interval == sharing(2.4, 15).prediction.interval
    assert 15 < sharing(1.2, 25).prediction.shared_gradients < 25


def test_boards_have_weights_in_ddr_as_they_can_read_them() -> None:
    """A board without DDR has none, one with twice the rate of another twice as many: 526,848 weights of fully
    connected layers, in whole channels of 2,048."""
    rates = (2.4, None, 1.2)
    cluster = chain(3, bram36=100)
    boards = tuple(replace(board, ddr=rate and Ddr(1, rate)) for board, rate in zip(cluster.boards, rates, strict=True))
    plan = make_balanced_plan(small_vgg(256), replace(cluster, boards=boards))
    assert list(budget_problems(plan)) == []
    words = [0, 0, 0]
    for store in plan.stores:
        if store.layer >= 4 and store.kept is Kept.WEIGHTS:
            assert store.place is Place.DDR
            words[store.board] += store.words
    assert words[1] == 0 and sum(words) == 256 * 2048 + 10 * 256
    assert abs(words[0] - 2 * words[2]) <= 3 * 2048
    assert compare(plan, 12).faults == ()


def with_ddr(*rates: float | None) -> BalancedPlan:
    """What the search alone finds for boards with so many GB/s, or without DDR."""
    cluster = slow_memory(309)
    boards = (
        replace(own, ddr=None if rate is None else Ddr(1, rate))
        for own, rate in zip(cluster.boards, rates, strict=True)
    )
    found = patient(weighty(), replace(cluster, boards=tuple(boards)))
    assert found is not None and not found.excess
    assert compare(found.plan, found.plan.prediction.batch).faults == ()
    return found.plan


@pytest.mark.parametrize("rates", [(1, None, 1, 1), (3, None, 1, 10)])
def test_boards_without_ddr_have_no_gradients_that_go_there(rates: tuple[float | None, ...]) -> None:
    plan = with_ddr(*rates)
    assert any(store.place is Place.DDR for store in plan.stores)
    assert all(rates[store.board] for store in plan.stores if store.place is Place.DDR)


def test_boards_have_gradients_by_the_rate_of_their_ddr() -> None:
    """A board with 3 GB/s, and one with 10, take more of them than one with 1."""
    plan = with_ddr(3, None, 1, 10)
    bits = [use.ddr_bits for use in plan.uses]
    assert bits[2] < bits[0] < bits[3]

"""Images that share reads of fully connected weights and gradients in slow DDR."""

import pytest

from fpdeep_gen.partition.budget import budget_problems
from fpdeep_gen.partition.model import BalancedPlan, Kept
from tests.partition.networks import sharing


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

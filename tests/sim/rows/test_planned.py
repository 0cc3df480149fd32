"""Plans that the balanced planner made itself, executed row by row: what it predicts comes about, and no less memory
would do."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from fpdeep_gen.board.model import Ddr
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.partition.residence import resident_rows
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.networks import chain, conv, flat, network, output
from tests.sim.rows.plans import with_cache

IMAGES = 12


def small_vgg(hidden: int = 64) -> Network:
    """VGG cut down: four convolutions in two groups with pooling, two fully connected layers."""
    layers = [conv("conv1_1", (3, 32, 32), 16, 3)]
    for name, channels, pool in (("conv1_2", 16, 2), ("conv2_1", 32, 1), ("conv2_2", 32, 2)):
        layers.append(conv(name, output(layers[-1]), channels, 3, pool=pool))
    for name, outputs in (("fc1", hidden), ("fc2", 10)):
        layers.append(flat(name, output(layers[-1]), outputs))
    return network(tuple(layers))


@cache
def planned() -> BalancedPlan:
    return make_balanced_plan(small_vgg(), chain(5))


def off(pair: tuple[int, float]) -> float:
    predicted, measured = pair
    return abs(measured / predicted - 1)


def test_predicted_times_come_about() -> None:
    found = compare(planned(), IMAGES)
    assert found.faults == ()
    assert off(found.interval) < 0.001
    assert off(found.latency) < 0.001
    assert off(found.batch) < 0.01
    layers = {share.layer for share in planned().shares}
    assert layers == set(range(6))
    assert len({share.board for share in planned().shares if share.layer == 3}) > 1


def test_a_cache_one_row_smaller_delays_and_is_named() -> None:
    """Every convolution's caches on the lowest board that has one."""
    plan = planned()
    for layer in range(4):
        index = next(index for index, one in enumerate(plan.caches) if one.layer == layer)
        found = compare(with_cache(plan, index, plan.caches[index].rows - 1), IMAGES)
        board = plan.caches[index].board
        assert any(fault.startswith(f"cache of layer {layer} on board {board}: rows waited") for fault in found.faults)


def test_a_cache_that_cannot_hold_the_rows_under_way_is_a_deadlock() -> None:
    """Errors come only after all rows of an image have gone to the fully connected layers: fewer rows never do."""
    plan = planned()
    index = next(index for index, one in enumerate(plan.caches) if one.layer == 3)
    found = compare(with_cache(plan, index, plan.network.layers[3].in_rows - 2), IMAGES)
    assert found.deadlock is not None
    assert any(one.process.startswith("features of conv2_2") for one in found.deadlock.full)


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_link_slower_or_faster_than_planned_is_seen(factor: float) -> None:
    plan = planned()
    links = tuple(
        replace(
            link,
            up=tuple(replace(one, bits_per_cycle=one.bits_per_cycle * factor) for one in link.up),
            latency_cycles=round(link.latency_cycles * 20 * factor),
        )
        for link in plan.links
    )
    assert any(fault.startswith("latency") for fault in compare(replace(plan, links=links), IMAGES).faults)


def test_images_that_share_reads_of_ddr() -> None:
    """Little memory and slow DDR: images share reads of weights, and more of them share those of gradients; some are
    left over at the batch's end."""
    cluster = chain(3, bram36=100)
    slow = tuple(replace(board, ddr=Ddr(1, 2.4)) for board in cluster.boards)
    whole = replace(small_vgg(256), training=replace(small_vgg().training, batch=15))
    plan = make_balanced_plan(whole, replace(cluster, boards=slow))
    shared = plan.prediction.shared_weights, plan.prediction.shared_gradients
    assert 1 < shared[0] < shared[1] < 15
    assert 15 % shared[1] != 0
    found = compare(plan, IMAGES)
    assert found.faults == ()
    assert (found.images, off(found.latency) < 0.01, off(found.batch) < 0.01) == (15, True, True)


def test_resident_rows_are_counted_as_by_hand() -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        arrivals = np.sort(random.integers(0, 100, 9)).astype(float)
        releases = arrivals + random.integers(1, 450, 9)
        spans = [
            (at + 100 * n, until + 100 * n) for at, until in zip(arrivals, releases, strict=True) for n in range(9)
        ]
        most = max(sum(at <= now < until for at, until in spans) for now, _ in spans)
        assert resident_rows(arrivals, releases, 100.0) == most

"""Plans that the balanced planner made itself, executed row by row: what it predicts comes about, and no less memory
would do."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from fpdeep_gen.board.model import Ddr
from fpdeep_gen.partition.fifos import SLACK_WORDS, WORD_BITS
from fpdeep_gen.partition.model import BalancedPlan, Carried, Phase, Waits
from fpdeep_gen.partition.patience import patient
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.partition.queues import resident_rows
from fpdeep_gen.partition.timing import Timeline
from fpdeep_gen.sim.rows.compare import compare
from fpdeep_gen.sim.rows.simulate import simulate
from tests.partition.networks import chain, conv, flat, network, output, sharing, small_vgg
from tests.sim.rows.plans import with_cache

IMAGES = 12


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


def test_what_waits_in_fifos_is_what_was_planned() -> None:
    """Those inside boards to a percent, but for sums of engines that take phases in turn, which have room for a row
    more than waits in the full pipeline: 32 x 8 errors of 38 bits; those behind links have a least size; one that holds
    half of what waits in it stalls the link before it."""
    plan = planned()
    found = simulate(plan, IMAGES).fifos
    inside = [one for one in found if one.waits in (Waits.MADE, Waits.ENGINES) and one.greatest > 1000]
    assert len(inside) > 10
    in_turn = [one for one in inside if one.carried is Carried.PARTIAL]
    assert len(in_turn) == 3
    rests = [one.bits - SLACK_WORDS * WORD_BITS - one.greatest for one in in_turn]
    assert all(0 <= rest - 32 * 8 * 38 <= 1 for rest in rests)
    for one in inside:
        if one not in in_turn:
            assert 0 <= one.bits - SLACK_WORDS * WORD_BITS - one.greatest <= 0.01 * one.greatest
    behind = [one for one in found if one.waits is Waits.FROM_BELOW]
    assert sum(one.greatest > 0 for one in behind) > 3
    fullest = max(behind, key=lambda one: one.greatest)
    smaller = tuple(
        replace(fifo, bits=int(fullest.greatest // 2))
        if (fifo.board, fifo.carried, fifo.tensor, fifo.waits)
        == (fullest.board, fullest.carried, fullest.tensor, fullest.waits)
        else fifo
        for fifo in plan.fifos
    )
    assert any(fault.startswith(f"{fullest}: ") for fault in compare(replace(plan, fifos=smaller), IMAGES).faults)


def test_a_batch_that_comes_before_its_weights_is_seen() -> None:
    plan = planned()
    assert plan.prediction.update > 0
    sooner = replace(plan, prediction=replace(plan.prediction, update=0))
    faults = compare(sooner, IMAGES).faults
    assert any(fault.startswith("engines waited") and fault.endswith("for new weights") for fault in faults)


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


def test_engines_in_turn_that_made_all_of_a_row_at_once_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first bits of a row of error sums leave 819 cycles before the last, and take 757 cycles on a link."""
    monkeypatch.setattr("fpdeep_gen.sim.rows.turns.first_part", lambda network, share: 1.0)
    predicted, later = compare(planned(), IMAGES).latency
    assert later > predicted + 600


@pytest.mark.parametrize(
    ("rate", "batch", "reads", "gradients"),
    [(2.4, 15, 2, 6), (2.2, 15, 2, 7), (2.0, 15, 2, 8), (2.0, 17, 2, 8), (1.2, 25, 3, 17), (0.2, 16, 3, 16)],
)
def test_images_that_share_reads_of_ddr(rate: float, batch: int, reads: int, gradients: int) -> None:
    """Images share reads of weights, and more of them share those of gradients; fewer are left over for the last read
    and the last gradients of the batch: the last read need not wait for a whole group. (2.2: a group of gradients ends
    within a read; (2.0, 17): the last image is alone in both; 0.2: all gradients at once, long after the last
    image's features are there.)"""
    plan = sharing(rate, batch)
    assert (plan.prediction.shared_weights, plan.prediction.shared_gradients) == (reads, gradients)
    assert batch % reads != 0
    found = compare(plan, IMAGES)
    assert found.faults == ()
    assert found.images == batch
    assert max(off(found.interval), off(found.latency), off(found.batch)) < 0.0001


@pytest.mark.parametrize("classes", [80, 100, 126, 160])
def test_a_whole_batch_in_one_pass_of_gradients(classes: int) -> None:
    """Fully connected weights are on chip and all 16 images share what is read of gradients: engines that take phases
    in turn are free behind the last image (of 126 classes they would be at work for 41 % longer if they were not), at
    once: no turn of an image that does not come is waited for (of 100 classes 91 cycles of one)."""
    first = conv("conv0", (3, 13, 31), 20, 1, pool=2)
    boards = tuple(replace(board, ddr=Ddr(1, 3)) for board in chain(3, 430, 60, 3).boards)
    plan = make_balanced_plan(
        network((first, flat("fc0", output(first), classes))), replace(chain(3, lanes=3), boards=boards)
    )
    assert (plan.prediction.shared_weights, plan.prediction.shared_gradients) == (1, 16)
    assert any(share.in_turn for share in plan.shares)
    found = compare(plan, IMAGES)
    assert found.faults == ()
    assert max(abs(simulated - planned) for planned, simulated in (found.latency, found.batch)) < 1


def test_a_reads_first_image_waits_for_the_last_one_of_the_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five reads of three images, whose errors come at once: rows of the first one wait while engines are at work on
    the third one of the read before. A plan that counts those of the first read alone has FIFOs that are too small."""
    given, cluster = sharing(1.2, 15).network, sharing(1.2, 15).cluster
    before = patient(given, cluster)
    assert before is not None and before.plan.prediction.shared_weights == 3
    assert compare(before.plan, IMAGES).faults == ()
    monkeypatch.setattr(Timeline, "_behind_a_read", lambda timeline, errors: None)
    after = patient(given, cluster)
    assert after is not None
    faults = compare(after.plan, IMAGES).faults
    assert faults and all("bits planned" in fault for fault in faults)


def test_a_slow_engine_of_images_that_share_reads_is_seen() -> None:
    """A tenth more time for each image than planned, in the gradients, for which 8 images and then 7 go together."""
    plan = sharing(2.0, 15)
    slow = tuple(
        replace(share, cycles=share.cycles * 11 // 10) if (share.layer, share.phase) == (4, Phase.GRADIENT) else share
        for share in plan.shares
    )
    faults = compare(replace(plan, shares=slow), IMAGES).faults
    assert {fault.split(":")[0] for fault in faults} >= {"latency", "batch"}


def test_a_slow_convolution_before_images_that_share_reads_lengthens_the_interval() -> None:
    plan = sharing(2.0, 15)
    interval = plan.prediction.interval
    shares = [
        replace(share, row_cycles=interval // 32 * 11 // 10)
        if (share.layer, share.phase) == (0, Phase.FORWARD)
        else share
        for share in plan.shares
    ]
    found = compare(replace(plan, shares=tuple(shares)), IMAGES)
    assert found.interval[1] == pytest.approx(interval // 32 * 11 // 10 * 32, rel=0.001)
    assert any(fault.startswith("interval") for fault in found.faults)


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

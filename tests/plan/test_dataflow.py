"""Plans run on the cycle model: they keep the predicted times, and a FIFO below its rule's bound stalls the chain."""

from dataclasses import replace
from pathlib import Path

import pytest

from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.network.load import load_network
from fpdeep_gen.plan.check import plan_problems
from fpdeep_gen.plan.cost import window_slots
from fpdeep_gen.plan.model import Carried, Plan
from fpdeep_gen.plan.pieces import Forced, Piece
from fpdeep_gen.plan.planner import make_plan
from tests.plan.dataflow import Chain
from tests.plan.networks import LINK, cluster, digits

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits"

CUT_TWICE = Forced(
    slices=(Piece(0, 0, 0, 4), Piece(0, 1, 4, 8), Piece(1, 1, 0, 8), Piece(1, 2, 8, 16), Piece(2, 2, 0, 10))
)
CUT_IN_THREE = Forced(
    lanes=(1, 4, 2, 5),
    taps=(9, 3, 1),
    slices=(Piece(0, 0, 0, 8), Piece(1, 0, 0, 4), Piece(1, 1, 4, 12), Piece(1, 2, 12, 16), Piece(2, 2, 0, 10)),
)
LOSS_CUT = Forced(
    slices=(Piece(0, 0, 0, 8), Piece(1, 0, 0, 16), Piece(2, 0, 0, 4), Piece(2, 1, 4, 10)),
)

PLANS = {
    "one": (1, Forced()),
    "two": (2, Forced()),
    "three": (3, Forced()),
    "cut_twice": (3, CUT_TWICE),
    "cut_in_three": (3, CUT_IN_THREE),
    "loss_cut": (2, LOSS_CUT),
}


def plan_of(name: str) -> Plan:
    boards, forced = PLANS[name]
    return make_plan(digits(), cluster(boards), forced)


@pytest.mark.parametrize("name", PLANS)
def test_interval_latency_and_batch_are_as_predicted(name: str) -> None:
    plan = plan_of(name)
    alone = Chain(plan).train(1, 1)
    batches = Chain(plan).train(2, 16)
    assert not batches.stalled
    assert alone.gradient_ends[0] == pytest.approx(plan.prediction.latency, rel=0.015)
    assert batches.interval == pytest.approx(plan.prediction.interval, rel=0.02)
    assert batches.gradient_ends[31] - batches.gradient_ends[15] == pytest.approx(plan.prediction.batch, rel=0.02)


def test_latency_of_the_digits_example() -> None:
    """Its RTL takes 1444 cycles."""
    plan = make_plan(load_network(EXAMPLE / "network.yaml"), load_cluster(EXAMPLE / "cluster.yaml"))
    assert Chain(plan).train(1, 1).gradient_ends[0] == pytest.approx(plan.prediction.latency, rel=0.015)


def test_longer_cables_are_predicted_too() -> None:
    plan = make_plan(digits(), cluster(2, link=replace(LINK, latency_cycles=400)))
    measured = Chain(plan).train(1, 24)
    assert measured.interval == pytest.approx(plan.prediction.interval, rel=0.02)
    assert measured.gradient_ends[0] == pytest.approx(plan.prediction.latency, rel=0.015)


def with_slice(plan: Plan, index: int, cache_depth: int | None = None, mask_depth: int | None = None) -> Plan:
    """The plan with another depth of one slice."""
    piece = plan.slices[index]
    changed = replace(
        piece,
        cache_depth=piece.cache_depth if cache_depth is None else cache_depth,
        mask_depth=piece.mask_depth if mask_depth is None else mask_depth,
    )
    return replace(plan, slices=(*plan.slices[:index], changed, *plan.slices[index + 1 :]))


def test_shallow_cache_deadlocks() -> None:
    """An image of conv1's input is 8 rows of 8 words; 4 of them are in the gradient's window."""
    plan = plan_of("one")
    held = window_slots(3, 1) * 8
    starved = Chain(with_slice(plan, 0, cache_depth=64 - held - 8)).train(1, 2)
    assert starved.stalled
    assert "0.conv1_cached_features" in starved.waiting
    assert not Chain(with_slice(plan, 0, cache_depth=64)).train(1, 2).stalled


def test_shallow_mask_deadlocks() -> None:
    """An image of conv2's masks is 2 rows of 2 words for each group of channels; one row short stalls."""
    plan = plan_of("one")
    row = 2 * -(-16 // plan.lanes[2])
    words = 2 * row
    starved = Chain(with_slice(plan, 1, mask_depth=words - row)).train(1, 2)
    assert starved.stalled
    assert "0.conv2_mask" in starved.waiting
    assert not Chain(with_slice(plan, 1, mask_depth=words)).train(1, 2).stalled


@pytest.mark.parametrize("name", ["two", "cut_in_three"])
def test_least_depths_never_deadlock(name: str) -> None:
    """All caches of one image and credits of a row and a word: slow, but it goes on to the end."""
    plan = plan_of(name)
    least = plan
    words = {0: 64, 1: 16 * (8 // plan.lanes[1]), 2: 4 * -(-16 // plan.lanes[2])}
    for index, piece in enumerate(plan.slices):
        masks = (
            0
            if piece.mask_depth == 0
            else {0: 16, 1: 4}[piece.layer] * -(-(piece.out_end - piece.out_begin) // plan.lanes[piece.layer + 1])
        )
        least = with_slice(least, index, words[piece.layer], masks)
    links = tuple(
        replace(
            link,
            up=tuple(
                replace(stream, credits=row_credits(plan, stream.carried, index, link.up))
                for index, stream in enumerate(link.up)
            ),
            down=tuple(
                replace(stream, credits=row_credits(plan, stream.carried, index, link.down))
                for index, stream in enumerate(link.down)
            ),
        )
        for link in plan.links
    )
    measured = Chain(replace(least, links=links)).train(2, 4)
    assert not measured.stalled
    assert len(measured.results) == 8


def row_credits(plan: Plan, carried: Carried, index: int, streams: tuple) -> int:
    """Flits of a row and a word of stream `index`."""
    stream = streams[index]
    row = 0
    if carried in (Carried.FEATURE, Carried.ERROR, Carried.PARTIAL):
        row = stream.words_per_image // plan.network.tensor_shape(stream.tensor)[1]
    return (row + 1) * stream.flits_per_word


def test_caches_are_filled_and_not_overfilled() -> None:
    """The planned depth isn't far above what is in the caches at the full rate."""
    plan = plan_of("three")
    peaks = Chain(plan).train(1, 24).peaks
    assert peaks["0.conv1_cached_features"] >= 0.8 * plan.slices[0].cache_depth
    assert plan_problems(plan) == []

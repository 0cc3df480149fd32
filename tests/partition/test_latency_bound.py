"""The least latency: its parts by hand, its tail against another way to find it, and what plans have."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.fill import COLUMNS, fill
from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.network.load import load_network
from fpdeep_gen.partition.latency_bound import LatencyBound, latency_bound
from fpdeep_gen.partition.model import BalancedPlan, Delays, Kept, LinkPlan, Place, Range, Store
from tests.sim.rows.test_planned import planned

HOP, BOARDS, DSP = 68, 83, 3600
CONVOLUTIONS = (
    2 * 55 * 55 * 64 * 3 * 121,
    3 * 27 * 27 * 192 * 64 * 25,
    3 * 13 * 13 * 384 * 192 * 9,
    3 * 13 * 13 * 256 * 384 * 9,
    3 * 13 * 13 * 256 * 256 * 9,
)
FLAT = (9216 * 4096, 4096 * 4096, 4096 * 1000)


def alexnet(hop: int = HOP, gradients: Place = Place.CHIP) -> BalancedPlan:
    """As much of a plan for AlexNet on 83 boards as the bound looks at: no shares."""
    network = load_network(Path("alexnet"))
    links = tuple(LinkPlan(index, (), (), 0, 0, 0, 0, hop, 362.0) for index in range(BOARDS - 1))
    one = Range(0, 1)
    stores = tuple(
        Store(7, 0, kept, one, one, 1, width, place, 0)
        for kept, width, place in ((Kept.WEIGHTS, 16, Place.CHIP), (Kept.GRADIENTS, 36, gradients))
    )
    cluster = load_cluster(Path("vc709-chain"), BOARDS)
    return replace(planned(), network=network, cluster=cluster, stores=stores, links=links, delays=Delays(32, 439))


INTERVAL = (sum(CONVOLUTIONS) + 3 * sum(FLAT)) / (BOARDS * DSP) / 0.95
"""At which 0.95 of the multipliers are busy."""


@pytest.fixture(scope="module")
def found() -> LatencyBound:
    return latency_bound(alexnet(), INTERVAL)


def test_the_parts_by_hand(found: LatencyBound) -> None:
    """58.6 million weights of 52 bits fill 56.3 boards of 1,470 block RAMs, so that board 26 is the highest that can be
    the lowest of 57. Convolutions end on any board from 78 on; the bound is the one of 82. The last row comes up to
    board 81 and down to 26, and errors back up to 63, which is one below where a third of conv5 ends at the soonest."""
    assert 56 < sum(FLAT) * 52 / (1470 * 36 * 1024) < 57
    assert (found.highest, found.lowest) == (82, BOARDS - 57)
    reached = (sum(CONVOLUTIONS[:4]) + CONVOLUTIONS[4] / 3) / (DSP * INTERVAL)
    assert found.turn == int(reached) - 1 == 63
    assert found.forward == pytest.approx(223 / 224 + (81 + 81 - 26) * HOP / INTERVAL)
    assert found.back == pytest.approx((63 - 26) * HOP / INTERVAL)
    assert found.fixed == pytest.approx((439 + (5 + 3 + 3) * 32) / INTERVAL)


def test_the_tail_and_the_speed_by_filling_the_boards_from_above(found: LatencyBound) -> None:
    """Boards take the work from the last layer down, 1,000 pieces each. Each of those that need errors ends no later
    than the tail says; what multipliers that takes beyond the busy ones is what one of 20 leaves beside fc7's."""
    room, piece = DSP * INTERVAL, DSP * INTERVAL / 1000
    ends = [sum(CONVOLUTIONS[:count]) for count in range(6)]
    idle = BOARDS * room - sum(CONVOLUTIONS) - 3 * sum(FLAT)
    middle = FLAT[1] / (found.flat / 2) - 3 * FLAT[1]
    assert 0 < middle < idle
    wasted, work = 0.0, float(ends[-1])
    while work > 0:
        board = 82 - int((ends[-1] - work) / room) + 1  # phases that need errors may be a board ahead
        layer = next(number for number, (begin, end) in enumerate(pairwise(ends)) if begin < work <= end)
        if layer < 4 and board < found.turn:
            part = min(1.0, found.tail - (found.turn - board) * HOP / INTERVAL)
            wasted += piece * (2 / 3 if layer else 1 / 2) * (1 / part - 1)
        work -= piece
    assert wasted == pytest.approx(idle - middle, rel=0.06)


def test_four_intervals_are_too_few_for_alexnet_on_83_boards(found: LatencyBound) -> None:
    """They are not where a hop takes 40 cycles, nor with gradients in DDR; a shorter interval makes it worse."""
    assert 4.2 < found.intervals < 4.3
    assert latency_bound(alexnet(40), INTERVAL).intervals < 3.5
    assert latency_bound(alexnet(gradients=Place.DDR), INTERVAL).intervals < 3.7
    assert latency_bound(alexnet(), INTERVAL * 0.97).intervals > found.intervals


def test_no_plan_is_below_it_unless_its_links_take_no_time() -> None:
    """The small plan as it is, and the same on links as slow as its whole interval, timed as if they were not."""
    plan = planned()
    assert 0.9 < latency_bound(plan).intervals < plan.prediction.fill
    slow = tuple(replace(link, latency_cycles=plan.prediction.interval) for link in plan.links)
    far = replace(plan, links=slow)
    least = latency_bound(far).intervals
    assert fill(far, COLUMNS["latencies"]) < least < fill(far, COLUMNS["as planned"])

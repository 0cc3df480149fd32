"""What streams take on links, counted from the plan's engines by hand: pixels of 8 bits (in caches too), framing,
credits."""

from math import ceil

import pytest

from fpdeep_gen.partition.model import BalancedPlan, Carried, Phase
from fpdeep_gen.partition.planner import make_balanced_plan
from tests.partition.networks import chain, conv, flat, network, output

ROWS = 24


@pytest.fixture(scope="module")
def plan() -> BalancedPlan:
    """A first layer that several of four boards share, with windows of 5 at a stride of 2 and padding."""
    first = conv("conv0", (3, ROWS, ROWS), 32, 5, stride=2, padding=2)
    second = conv("conv1", output(first), 4, 3, pool=2)
    return make_balanced_plan(network((first, second, flat("fc2", output(second), 10))), chain(4, dsp=150))


def pixels_above(plan: BalancedPlan, link: int) -> set[tuple[int, int]]:
    """Channels and columns of the image under the windows of the first layer's engines above a link."""
    return {
        (channel, column)
        for share in plan.shares
        if share.layer == 0 and share.phase is not Phase.BACKWARD and share.board > link
        for channel in range(share.inputs.begin, share.inputs.end)
        for sums in range(share.columns.begin, share.columns.end)
        for column in range(2 * sums - 2, 2 * sums + 3)
        if 0 <= column < ROWS
    }


def test_pixels_of_8_bits_cross_each_link_that_they_are_needed_above(plan: BalancedPlan) -> None:
    needed = [len(pixels_above(plan, link.index)) * ROWS * 8 for link in plan.links]
    assert max(needed) > 0
    found = [
        sum(load.bits for load in link.up if (load.carried, load.tensor) == (Carried.FEATURE, 0)) for link in plan.links
    ]
    assert found == needed
    assert {cache.width for cache in plan.caches if cache.layer == 0} == {8}
    assert {cache.width for cache in plan.caches if cache.layer == 1} == {16}


def test_framing_and_credits_are_counted(plan: BalancedPlan) -> None:
    """4 lanes of 10 Gb/s at 0.97 and 100 MHz are 388 bits a cycle, more than the one flit of 128 bits that crosses in
    each: 120 bits of it are payload, and one flit of 33 is a credit."""
    for link in plan.links:
        assert link.payload_bits_per_cycle == pytest.approx(120 * 32 / 33)
        for loads, cycles in ((link.up, link.up_cycles), (link.down, link.down_cycles)):
            assert cycles == ceil(sum(load.bits for load in loads) / (120 * 32 / 33))


def test_a_slow_link_moves_fewer_flits() -> None:
    """1 lane of 10 Gb/s at 0.97: 97 bits a cycle, 97 / 128 of a flit."""
    first = conv("conv0", (3, ROWS, ROWS), 16, 3)
    slow = make_balanced_plan(network((first, conv("conv1", output(first), 16, 3))), chain(2, lanes=1))
    assert slow.links[0].payload_bits_per_cycle == pytest.approx(97 / 128 * 120 * 32 / 33)

"""Fully connected layers cut by inputs: which are, what crosses the links then, and that plans run as predicted."""

from dataclasses import replace

import pytest

from fpdeep_gen.partition import fully_connected
from fpdeep_gen.partition.flat_links import FlatLinks
from fpdeep_gen.partition.flat_memory import FlatMemory
from fpdeep_gen.partition.fully_connected import flat_axes, spread
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.model import BalancedPlan, Carried, Kept, Phase, Range
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.partition.stores import joined_bram18, packed_bram18
from fpdeep_gen.partition.tracks import Axis
from fpdeep_gen.partition.traffic import flat_flows
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.counting import times_placed
from tests.partition.networks import chain, small_vgg

SUMS = 64 * 43
"""fc1's outputs of an image, each a sum of 2048 products of 16 x 16 bits: 30 + 11 bits, their sign, and one bit for
the greatest of all."""


@pytest.fixture(name="plan", scope="module")
def plan_fixture() -> BalancedPlan:
    """A small VGG on five boards, as links would have it that suffer from the least partial sum."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fully_connected, "HEAVY", 0.0)
        return make_balanced_plan(small_vgg(), chain(5))


def test_layers_are_cut_across_their_more_numerous_channels_where_links_suffer() -> None:
    """fc1: 2048 errors' sums of 64 products, 30 + 6 + 2 bits, or 64 outputs' sums; fc2: 64 of 10 products, or 10 of
    64. A link of which the former take a fifth is the least that does not suffer."""
    geometry, limit = geometries(small_vgg()), 2048 * 38 / 0.2
    assert flat_axes(small_vgg(), geometry, limit) == {4: Axis.OUTPUTS, 5: Axis.OUTPUTS}
    assert flat_axes(small_vgg(), geometry, limit - 5) == {4: Axis.INPUTS, 5: Axis.INPUTS}
    wide = small_vgg(hidden=4096)
    assert flat_axes(wide, geometries(wide), 1.0) == {4: Axis.OUTPUTS, 5: Axis.INPUTS}


def test_every_weight_is_in_one_place_and_works_in_all_phases_there(plan: BalancedPlan) -> None:
    """All outputs of the inputs of a board, forward, backward and gradient."""
    for phase in Phase:
        assert times_placed(plan, 4, phase) == {1}
        assert all(share.outputs == Range(0, 64) for share in plan.shares if (share.layer, share.phase) == (4, phase))
    for kept in (Kept.WEIGHTS, Kept.GRADIENTS):
        stores = [store for store in plan.stores if (store.layer, store.kept) == (4, kept)]
        assert sum(store.words for store in stores) == 64 * 2048
        assert not any(store.is_copy for store in stores)
    assert len({share.board for share in plan.shares if share.layer == 4}) > 1


def test_sums_of_outputs_cross_the_links_and_those_of_errors_do_not(plan: BalancedPlan) -> None:
    """From fc1's boards to the one that rounds them, whole over each link."""
    boards = {share.board for share in plan.shares if share.layer == 4}
    loads = [(link.index, load) for link in plan.links for load in (*link.up, *link.down)]
    assert {load.bits for _, load in loads if (load.carried, load.tensor) == (Carried.SUM, 5)} == {SUMS}
    assert {link for link, load in loads if (load.carried, load.tensor) == (Carried.SUM, 5)} == set(
        range(min(boards), max(boards))
    )
    assert not any(load.carried is Carried.PARTIAL for _, load in loads)


def test_such_plans_run_row_by_row_as_predicted(plan: BalancedPlan) -> None:
    """Times, batch and FIFOs."""
    found = compare(plan, 6)
    assert not found.faults
    assert found.latency[1] == pytest.approx(found.latency[0], rel=0.02)
    assert found.interval[1] == pytest.approx(found.interval[0], rel=0.02)


def test_a_stream_of_sums_that_is_lost_is_seen(plan: BalancedPlan) -> None:
    """Without it the board that rounds has too little."""
    links = tuple(
        replace(
            link,
            up=tuple(load for load in link.up if load.carried is not Carried.SUM),
            down=tuple(load for load in link.down if load.carried is not Carried.SUM),
        )
        for link in plan.links
    )
    found = compare(replace(plan, links=links), 6)
    assert found.faults or found.latency[1] != found.latency[0]


def test_what_they_bring_to_each_link_is_what_the_plan_carries_for_them(plan: BalancedPlan) -> None:
    """Without engines, and no stream of convolutions."""
    first = [share for share in plan.shares if share.layer >= 3]
    up, down = flat_flows(plan.network, geometries(plan.network), first, 5)
    for link in plan.links:
        for found, loads in ((up, link.up), (down, link.down)):
            carried = [load for load in loads if load.tensor >= 4 and load.carried is not Carried.CONTROL]
            assert found[link.index] == sum(load.bits for load in carried)
    assert max(*up, *down) > 0


def test_a_busy_link_is_left_between_layers(plan: BalancedPlan) -> None:
    """fc1's sums cross all links between its boards, features between fc1 and fc2 are fewer: where the link in the
    middle has no room, no layer lies on both of its sides."""
    links = list(plan.links)
    links[2] = replace(links[2], payload_bits_per_cycle=links[2].payload_bits_per_cycle / 1e4)
    geometry = geometries(plan.network)
    flat = FlatMemory(plan.cluster, geometry, 16, flat_axes(plan.network, geometry, 1.0))
    busy = FlatLinks(plan.network, geometry, flat, replace(plan, links=tuple(links)))
    words = (flat.weights * 1.2,) * 5
    room = busy.best(words)
    assert busy.busiest(room) < busy.busiest(words)
    for layer in (4, 5):
        boards = {piece.board for piece in spread(geometry, room, flat.axes) if piece.layer == layer}
        assert not boards & {0, 1, 2} or not boards & {3, 4}


def test_what_a_board_has_of_a_layers_weights_is_one_memory() -> None:
    """100 and 28 words of 16 bits, 32 of them a cycle: 5 memory words of 512 bits, 36 of which a RAMB18 has."""
    assert joined_bram18((100, 28), 16, 32) == (11, 4)
    assert packed_bram18(100, 16, 32) == packed_bram18(28, 16, 32) == 15
    assert joined_bram18((0, 0), 16, 32) == (0, 0)

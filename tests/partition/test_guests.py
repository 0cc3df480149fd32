"""Parts of layers on other groups' boards, by how much memory these have."""

from dataclasses import replace
from functools import cache

import pytest

from fpdeep_gen.partition.family import Guest, Scheme, tracks_of
from fpdeep_gen.partition.flat_memory import ORDER
from fpdeep_gen.partition.fully_connected import Speed
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.guests import hosted
from fpdeep_gen.partition.model import BalancedPlan, Phase, Range
from fpdeep_gen.partition.rounds import Terms, settle
from fpdeep_gen.partition.settle import Settling
from fpdeep_gen.partition.tracks import WHOLE
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.networks import chain, conv, network, output
from tests.partition.test_displaced import IMAGES, heavy_end
from tests.partition.test_planner import check

GROUPS = ((0,), (1,), (2, 3, 4))
ALONE = Scheme((False,) * 5, GROUPS, (False, False, True, True, True), (1,) * 5, frugal=True)
MOVED = (Guest(4, 0, Range(0, 16)), Guest(4, 1, Range(16, 40)))


@cache
def planned(scheme: Scheme, bram36: int = 300) -> BalancedPlan:
    """The plan on five boards, whatever memory it takes."""
    found = settle(Settling(heavy_end(), chain(5, dsp=120, bram36=bram36)), Terms(scheme, Speed(1, 1), ORDER[0]))
    assert found is not None
    return found.plan


@pytest.mark.parametrize("lean", [False, True])
def test_guests_are_placed_once_and_run_as_predicted(lean: bool) -> None:
    plan = planned(replace(ALONE, guests=MOVED, lean=lean))
    check(plan)
    forward = [share for share in plan.shares if (share.layer, share.phase) == (4, Phase.FORWARD)]
    lowest = {share.board for share in forward if share.outputs.begin < 48 * 16 // WHOLE}
    highest = {share.board for share in forward if share.outputs.end > 48 * 40 // WHOLE}
    first = {share.board for share in plan.shares if share.layer == 0}
    assert lowest <= first and max(lowest) < min(highest)
    assert compare(plan, IMAGES).faults == ()


def test_sums_may_meet_on_a_board_that_makes_none() -> None:
    """Layer 3 is on boards below and above those of layer 2, which takes its errors."""
    groups = ((0,), (1, 3), (2,), (4,))
    sums = (False, True, False, True, False)
    plan = planned(replace(ALONE, groups=groups, partial=sums, guests=(Guest(3, 3, Range(0, 40)),)))
    check(plan)
    makers = {share.board for share in plan.shares if (share.layer, share.phase) == (3, Phase.BACKWARD)}
    assert makers == {0, 1, 2, 4}
    assert compare(plan, IMAGES).faults == ()


def test_a_guest_that_is_lost_is_seen() -> None:
    """A part of a layer that no group has is missing in the plan."""
    gap = replace(ALONE, guests=(Guest(4, 0, Range(8, 16)), MOVED[1]))
    with pytest.raises(AssertionError):
        check(planned(gap))


def test_parts_of_a_layer_are_all_of_it() -> None:
    for guests in ((), MOVED, (*MOVED, Guest(4, 0, Range(40, WHOLE)))):
        scheme = replace(ALONE, guests=guests)
        for phase in Phase:
            tracks = [one for one in tracks_of(geometries(heavy_end()), scheme) if one.geometry.index == 4]
            cut = sorted((one.cut.begin, one.cut.end) for one in tracks if one.phase is phase)
            assert [begin for begin, _ in cut] == [0, *(end for _, end in cut[:-1])] and cut[-1][1] == 48
            assert len(cut) == len(guests) + (not guests or guests[-1].parts.end < WHOLE)


def fullest(plan: BalancedPlan) -> float:
    return max(use.bram18 / 2 / board.bram36 for use, board in zip(plan.uses, plan.cluster.boards, strict=True))


def test_boards_that_took_too_much_find_hosts() -> None:
    """With 45 block RAMs the last boards lack some, the others have room; with guests all keep theirs, sooner than
    where the last boards have less to do."""
    before = replace(planned(ALONE), cluster=chain(5, dsp=120, bram36=45))
    assert fullest(before) > 1
    scheme = hosted(before, geometries(heavy_end()), ALONE)
    assert scheme is not None and {guest.group for guest in scheme.guests} <= {0, 1}
    after = planned(scheme, bram36=45)
    check(after)
    assert fullest(after) <= 1
    assert after.prediction.interval < planned(ALONE, bram36=45).prediction.interval


def test_all_groups_above_the_common_level_give_parts_away() -> None:
    """With 50 block RAMs the last group's boards lack some, those of the group before it have hardly any to spare, the
    first group's have 2 in 5. Both give the first one parts of their last layers, and all boards have enough then."""
    cluster = chain(5, dsp=120, bram36=50)
    layers = heavy_end().layers
    longer = network((*layers, conv("conv5", output(layers[-1]), 48, 3)))
    groups = ((0, 1), (2, 4), (3, 5))
    scheme = Scheme((False,) * 6, groups, (False, False, True, True, True, True), (1,) * 6, frugal=True)
    plain, tight = Settling(longer, chain(5, dsp=120, bram36=300)), Settling(longer, cluster)
    before = settle(plain, Terms(scheme, Speed(1, 1), ORDER[0]))
    assert before is not None
    found = hosted(replace(before.plan, cluster=cluster), geometries(longer), scheme)
    assert found is not None
    assert [(guest.layer, guest.group, guest.parts.begin) for guest in found.guests] == [(4, 0, 0), (5, 0, 0)]
    assert all(0 < guest.parts.size < WHOLE for guest in found.guests)
    after, without = (settle(tight, Terms(one, Speed(1, 1), ORDER[0])) for one in (found, scheme))
    assert after is not None and not after.excess
    assert without is not None and without.excess
    check(after.plan)
    assert compare(after.plan, IMAGES).faults == ()


def test_without_room_there_are_no_guests() -> None:
    before = replace(planned(ALONE), cluster=chain(5, dsp=120, bram36=34))
    assert hosted(before, geometries(heavy_end()), ALONE) is None


def test_layers_that_boards_keep_copies_of_stay() -> None:
    before = replace(planned(replace(ALONE, partial=(False,) * 5)), cluster=chain(5, dsp=120, bram36=45))
    assert hosted(before, geometries(heavy_end()), replace(ALONE, partial=(False,) * 5)) is None

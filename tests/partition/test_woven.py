"""Column blocks of layers that follow each other taken in turn: what links carry, that it runs, and which layers."""

from dataclasses import replace
from functools import cache

from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.bounds import bounds_of_every
from fpdeep_gen.partition.family import Scheme, track_groups, tracks_of
from fpdeep_gen.partition.flat_memory import ORDER
from fpdeep_gen.partition.fully_connected import Speed
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.in_order import is_in_order
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.partition.rounds import Terms, settle
from fpdeep_gen.partition.schemes import woven
from fpdeep_gen.partition.settle import Settling
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.crossing import in_order
from tests.partition.networks import chain, conv, network, output
from tests.partition.test_planner import check

BLOCKS = (1, 4, 4)
PLAIN = Scheme((False,) * 3, ((0,), (1,), (2,)), (False,) * 3, BLOCKS)
WOVEN = replace(PLAIN, woven=(1, 2))


def layers() -> Network:
    """Two layers on maps of 12 x 12 with a wide tensor between them."""
    first = conv("conv0", (3, 24, 24), 8, 3, pool=2)
    second = conv("conv1", output(first), 48, 3)
    return network((first, second, conv("conv2", output(second), 16, 3)))


@cache
def planned(scheme: Scheme) -> BalancedPlan:
    settling = Settling(layers(), chain(8, dsp=120, bram36=300))
    found = settle(settling, Terms(scheme, Speed(1, 1), ORDER[0]))
    assert found is not None and not found.excess
    return found.plan


def taken_in_order(plan: BalancedPlan) -> bool:
    return is_in_order(plan.cluster, geometries(plan.network), plan.shares, plan.prediction.interval)


def most(plan: BalancedPlan, tensor: int) -> int:
    """Bits of a tensor's features on the link that carries most of them, up or down."""
    loads = (load for link in plan.links for load in (*link.up, *link.down))
    return max(load.bits for load in loads if (load.carried.value, load.tensor) == ("feature", tensor))


def test_blocks_of_woven_layers_take_turns() -> None:
    tracks = tracks_of(geometries(layers()), WOVEN)
    order = [
        {(tracks[number].geometry.index, tracks[number].block) for number in group}
        for group in track_groups(tracks, WOVEN)
    ]
    assert order == [{(0, 0)}, *({(layer, block)} for block in range(4) for layer in (1, 2))]


def test_a_woven_plan_is_placed_once_and_runs_as_predicted() -> None:
    """It is not one of those that take layers in order."""
    plan = planned(WOVEN)
    check(plan)
    assert not taken_in_order(plan) and taken_in_order(planned(PLAIN)) and in_order(planned(PLAIN))
    assert compare(plan, 10).faults == ()


def test_links_carry_a_block_of_the_tensor_between_woven_layers() -> None:
    """A quarter of its columns, and one that the next block's windows look at; all of it where layers follow each
    other."""
    whole = 48 * 12 * 12 * 16
    assert most(planned(PLAIN), 2) == whole
    assert most(planned(WOVEN), 2) <= whole * 4 // 12


def test_blocks_of_two_layers_cut_by_channels_are_no_plan_in_order() -> None:
    """Though no phase is far from the others: on boards so large that each has all layers."""
    settling = Settling(layers(), chain(4, dsp=600, bram36=300))
    found = settle(settling, Terms(replace(WOVEN, blocks=(1, 6, 6)), Speed(1, 1), ORDER[0]))
    assert found is not None and not found.excess
    assert not taken_in_order(found.plan)
    assert found.plan.bounds == bounds_of_every(found.plan.network, found.plan.cluster)


def test_the_layers_woven_are_those_of_one_width_that_follow_each_other() -> None:
    shape = geometries(layers())
    assert list(woven(shape, replace(PLAIN, blocks=(1, 3, 4)))) == [WOVEN]
    assert list(woven(shape, replace(PLAIN, blocks=(2, 4, 1)))) == []
    assert list(woven(shape, replace(PLAIN, groups=((0,), (1, 2))))) == []


def test_a_layer_that_makes_more_than_it_reads_has_its_narrow_blocks_last() -> None:
    """14 columns in four blocks."""
    first = conv("conv0", (3, 28, 28), 8, 3, pool=2)
    for outputs, expected in ((48, [4, 3, 4, 3]), (4, [3, 4, 3, 4])):
        shape = geometries(network((first, conv("conv1", output(first), outputs, 3))))
        tracks = tracks_of(shape, Scheme((False,) * 2, ((0,), (1,)), (False,) * 2, (1, 4)))
        assert [track.columns for track in tracks if track.geometry.index == 1][:4] == expected

"""Layers on boards far from their neighbours', where there is room for their weights."""

from dataclasses import replace

from fpdeep_gen.errors import InputError
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.family import Scheme
from fpdeep_gen.partition.flat_memory import ORDER
from fpdeep_gen.partition.fully_connected import Speed
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.grouping import Grouping
from fpdeep_gen.partition.model import BalancedPlan, Kept
from fpdeep_gen.partition.rounds import Terms, settle
from fpdeep_gen.partition.scattering import scattered
from fpdeep_gen.partition.schemes import with_heavy_copies
from fpdeep_gen.partition.settle import Settling
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.crossing import in_order
from tests.partition.networks import chain, conv, network, output
from tests.partition.test_planner import check

IMAGES = 10


def heavy_end() -> Network:
    """Few weights and much work first, many weights on maps of 6 x 6 last."""
    layers = [conv("conv0", (3, 24, 24), 24, 3)]
    for channels, pool in ((24, 2), (32, 2), (48, 1), (48, 1)):
        layers.append(conv(f"conv{len(layers)}", output(layers[-1]), channels, 3, pool=pool))
    return network(tuple(layers))


def planned(groups: tuple[tuple[int, ...], ...], partial: tuple[bool, ...]) -> BalancedPlan:
    """The plan on five boards with a scheme's groups."""
    settling = Settling(heavy_end(), chain(5, dsp=120, bram36=300))
    scheme = Scheme((False,) * 5, groups, partial, (1,) * 5, frugal=True)
    found = settle(settling, Terms(scheme, Speed(1, 1), ORDER[0]))
    assert found is not None and not found.excess
    return found.plan


def test_a_displaced_layer_is_placed_once_and_runs_as_predicted() -> None:
    plan = planned(((0,), (1, 4), (2, 3)), (False, True, True, True, True))
    check(plan)
    assert not in_order(plan)
    boards = {layer: {share.board for share in plan.shares if share.layer == layer} for layer in range(5)}
    assert max(boards[4]) < max(boards[3]) and boards[4] <= boards[1]
    assert compare(plan, IMAGES).faults == ()


def test_a_layer_by_itself_with_spread_sums_has_no_copies_and_runs_as_predicted() -> None:
    """Each weight of conv2 and conv3 is on one board; where backward is cut by inputs, some are on two."""
    held = []
    for sums in (True, False):
        plan = planned(((0,), (1, 4), (2,), (3,)), (False, True, sums, sums, True))
        stores = (store for store in plan.stores if store.kept is Kept.WEIGHTS and store.layer in (2, 3))
        held.append(sum(store.words for store in stores))
        if sums:
            check(plan)
            assert compare(plan, IMAGES).faults == ()
    once = sum(layer.weight_count for layer in heavy_end().layers[2:4])
    assert held[0] == once < held[1]


def test_layers_with_heavy_copies_spread_their_sums_as_far_as_links_have_room() -> None:
    given, cluster = heavy_end(), chain(5, dsp=120, bram36=14)
    grouping = Grouping(given, cluster, geometries(given), (False,) * 5, 20_000, 1e6)
    assert with_heavy_copies(grouping, (1,) * 5, 1e6) >= {3, 4}
    assert with_heavy_copies(grouping, (1, 1, 1, 2, 1), 1e6) == with_heavy_copies(grouping, (1,) * 5, 1e6) - {3}
    assert not with_heavy_copies(grouping, (1,) * 5, 100)
    roomy = Grouping(given, chain(5, dsp=120, bram36=3000), geometries(given), (False,) * 5, 20_000, 1e6)
    assert not with_heavy_copies(roomy, (1,) * 5, 1e6)


def test_a_displaced_layers_features_cross_links_downwards() -> None:
    """Without that stream the layer's boards never get their input."""
    plan = planned(((0,), (1, 4), (2, 3)), (False, True, True, True, True))
    lost = tuple(
        replace(link, down=tuple(load for load in link.down if load.carried.value != "feature")) for link in plan.links
    )
    assert any(len(one.down) < len(link.down) for one, link in zip(lost, plan.links, strict=True))
    try:
        faults = compare(replace(plan, links=lost), IMAGES).faults
    except InputError as error:
        faults = tuple(problem.expected for problem in error.problems)
    assert faults


def test_layers_leave_the_fullest_group_for_boards_with_room() -> None:
    given, cluster = heavy_end(), chain(5, dsp=120, bram36=300)
    grouping = Grouping(given, cluster, geometries(given), (False,) * 5, 20_000, 1e6)
    groups = ((0,), (1,), (2, 3, 4))
    found = list(grouping.displaced(groups))
    assert found
    for before, after in zip([groups, *found], found, strict=False):
        assert sorted(layer for group in after for layer in group) == list(range(5))
        assert after[-1] == before[-1][:-1]
        (taken,) = (group for group in after[:-1] if before[-1][-1] in group)
        assert max(grouping.taken(taken), grouping.taken(after[-1])) < grouping.taken(before[-1])


def test_layers_with_many_weights_are_each_joined_with_a_lower_one_that_has_room() -> None:
    """Nothing else is joined, and what a board takes at most falls until no level is passed or nothing is gained."""
    given, cluster = heavy_end(), chain(5, dsp=120, bram36=14)
    grouping = Grouping(given, cluster, geometries(given), (False,) * 5, 20_000, 1e6)
    alone = tuple((layer,) for layer in range(5))
    fullest = max(grouping.taken(group) for group in alone)
    assert fullest > 0.95 * grouping.memory
    for groups in scattered(grouping):
        assert sorted(layer for group in groups for layer in group) == list(range(5))
        assert [group[0] for group in groups] == sorted(group[0] for group in groups)
        assert groups != alone and max(grouping.taken(group) for group in groups) < fullest
        moved = {layer for group in groups for layer in group[1:]}
        assert all(grouping.taken((layer,)) > 0.75 * grouping.memory for layer in moved)
    roomy = Grouping(given, chain(5, dsp=120, bram36=300), geometries(given), (False,) * 5, 20_000, 1e6)
    assert set(scattered(roomy)) == {alone}

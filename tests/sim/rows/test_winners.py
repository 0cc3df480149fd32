"""Winners of pooling windows that stay where errors need them: what links carry then, counted element by element from
the plan's shares, and how many rows boards keep."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import pytest

from fpdeep_gen.network.known import known_networks
from fpdeep_gen.network.load import load_network
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.model import BalancedPlan, Carried, Phase, Share
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.partition.steps import errors_used_after
from fpdeep_gen.sim.rows.compare import compare
from fpdeep_gen.sim.rows.geometry import error_columns, feature_columns, made_columns, steps_to_use
from fpdeep_gen.sim.rows.simulate import simulate
from tests.partition.networks import pooled, slow_chain

IMAGES = 12


@cache
def planned(busy: bool = True) -> BalancedPlan:
    return make_balanced_plan(pooled(), slow_chain(0.33 if busy else 10.0))


def test_winners_stay_where_links_are_busy_and_few_boards_need_them() -> None:
    """Those of the third convolution go with its output, which a fully connected layer reads."""
    plan = planned()
    assert plan.kept_winners == {1, 2}
    assert plan.bounds.link > 0.8 * plan.bounds.work
    assert planned(False).winners == ()


def boards_of(shares: Iterable[Share], plan: BalancedPlan, errors: bool) -> dict[tuple[int, int], set[int]]:
    """Boards that need each (channel, column) of the features that shares read, or of the errors that they take."""
    found: dict[tuple[int, int], set[int]] = {}
    for share in shares:
        if errors:
            channels, columns = share.outputs, error_columns(plan.network, share)
        else:
            channels, columns = share.inputs, feature_columns(plan.network, share)
        for channel in range(channels.begin, channels.end):
            for column in range(columns.begin, columns.end):
                found.setdefault((channel, column), set()).add(share.board)
    return found


def shares_of(plan: BalancedPlan, layer: int, *phases: Phase) -> list[Share]:
    return [share for share in plan.shares if share.layer == layer and share.phase in phases]


def makers_of(plan: BalancedPlan, layer: int, phase: Phase) -> dict[tuple[int, int], int]:
    found = {}
    for share in shares_of(plan, layer, phase):
        channels = share.inputs if phase is Phase.BACKWARD else share.outputs
        columns = made_columns(plan.network, share)
        for channel in range(channels.begin, channels.end):
            found |= {(channel, column): share.board for column in range(columns.begin, columns.end)}
    return found


def crossings(made: int, needed: set[int], link: int, upwards: bool) -> bool:
    if upwards:
        return made <= link < max(needed)
    return made > link >= min(needed)


@pytest.mark.parametrize("tensor", [1, 2])
@pytest.mark.parametrize("busy", [True, False])
def test_links_carry_features_winners_and_errors(tensor: int, busy: bool) -> None:
    """A feature goes to its readers, the greatest of a part of a window with its place to the board that has the rest.
    On busy links a window's winner goes to those that need its error and an error of 16 bits to all that need it; else
    winners go to those that keep the feature for gradients, and with errors."""
    plan = planned(busy)
    layer = plan.network.layers[tensor - 1]
    index_bits = (layer.pool**2 - 1).bit_length()
    forward, backward = makers_of(plan, tensor - 1, Phase.FORWARD), makers_of(plan, tensor, Phase.BACKWARD)
    readers = boards_of(shares_of(plan, tensor, Phase.FORWARD, Phase.GRADIENT), plan, False)
    takers = boards_of(shares_of(plan, tensor - 1, Phase.BACKWARD, Phase.GRADIENT), plan, True)
    keepers = takers if busy else boards_of(shares_of(plan, tensor, Phase.GRADIENT), plan, False)
    error_bits = 16 if busy else 16 + index_bits
    seen = 0
    for link in plan.links:
        for upwards, loads in ((True, link.up), (False, link.down)):
            found = {load.carried: load.bits for load in loads if load.tensor == tensor}
            features = errors = 0
            for (channel, column), board in forward.items():
                at = channel, column
                features += 16 * crossings(board, readers[at], link.index, upwards)
                features += index_bits * crossings(board, keepers[at], link.index, upwards)
                before = forward.get((channel, column - 1))
                if layer.pool > layer.pool_stride and before is not None:
                    features += (16 + index_bits) * crossings(board, {before}, link.index, upwards)
                errors += error_bits * crossings(backward[at], takers[at], link.index, upwards)
            assert found.get(Carried.FEATURE, 0) == features * layer.out_rows
            assert found.get(Carried.ERROR, 0) == errors * layer.out_rows
            seen += features + errors
    assert seen


def test_every_board_that_takes_errors_keeps_their_winners() -> None:
    plan = planned()
    for tensor in plan.kept_winners:
        takers = boards_of(shares_of(plan, tensor - 1, Phase.BACKWARD, Phase.GRADIENT), plan, True)
        kept: dict[tuple[int, int], list[int]] = {}
        for one in plan.winners:
            if one.tensor == tensor:
                for channel in range(one.channels.begin, one.channels.end):
                    for column in range(one.columns.begin, one.columns.end):
                        kept.setdefault((channel, column), []).append(one.board)
        assert {at: sorted(boards) for at, boards in kept.items()} == {
            at: sorted(boards) for at, boards in takers.items()
        }


def test_so_many_rows_are_kept_as_planned() -> None:
    """As many as in the simulation, or one more; with less room it is named."""
    plan = planned()
    assert compare(plan, IMAGES).faults == ()
    measured = simulate(plan, IMAGES).winners
    assert len(measured) == len(plan.winners) > 4
    assert all(0 <= one.rows - one.greatest <= 1 for one in measured)
    least = replace(plan.winners[0], rows=measured[0].greatest - 1)
    faults = compare(replace(plan, winners=(least, *plan.winners[1:])), IMAGES).faults
    assert faults == (f"winners of tensor 1 on board 0: {least.rows} rows planned, {measured[0].greatest} held",)


def test_when_errors_have_been_used() -> None:
    """Two codes, and values by hand: 55 sums in windows of three at steps of two, whose 27 errors gradients need sum
    by sum; behind a kernel of three rows with padding an error is needed for one row more."""
    alexnet = load_network(known_networks()["alexnet-grouped"])
    first = geometries(alexnet)[0]
    assert errors_used_after(first, Phase.GRADIENT).tolist() == [2 * row + 3 for row in range(27)]
    second = geometries(pooled())[1]
    rows = second.layer.out_rows
    assert errors_used_after(second, Phase.BACKWARD).tolist() == [
        min(second.layer.in_rows, 2 * row + 3) for row in range(rows)
    ]
    for network_of in (alexnet, pooled()):
        for layer in geometries(network_of):
            if not layer.flat:
                for phase in layer.phases[1:]:
                    share = replace(planned().shares[0], layer=layer.index, phase=phase)
                    assert errors_used_after(layer, phase).tolist() == steps_to_use(network_of, share)

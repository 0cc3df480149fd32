"""Engines chosen anew for work that stays where it is."""

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Layer, Network
from fpdeep_gen.partition.bounds import bounds_of
from fpdeep_gen.partition.budget import DDR_EFFICIENCY
from fpdeep_gen.partition.candidate import Candidate
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.hastened import hastened, placed_of
from fpdeep_gen.partition.model import BalancedPlan, Phase, Place
from fpdeep_gen.partition.patience import moved, patient
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.networks import chain, conv, flat, network, output, pooled, slow_chain, small_vgg
from tests.partition.test_lesser import slow_memory, weighty
from tests.partition.test_planner import check

Where = Counter[tuple[int, Phase, int]]


def slowed(given: Network, cluster: Cluster, times: int) -> Candidate:
    """The plan of boards with so many times fewer multipliers, on boards that have all of theirs."""
    boards = tuple(replace(board, dsp=board.dsp // times) for board in cluster.boards)
    found = patient(given, replace(cluster, boards=boards))
    assert found is not None and not found.excess
    return moved(found, given, cluster)


def macs(plan: BalancedPlan) -> Where:
    """Multiply-accumulates of each phase of each layer on each board."""
    found = Where()
    for share in plan.shares:
        found[share.layer, share.phase, share.board] += share.macs
    return found


@pytest.mark.parametrize(
    ("given", "cluster"),
    [(small_vgg(), chain(3)), (pooled(), chain(2)), (pooled(), slow_chain(0.1))],
)
def test_work_stays_where_it_is_and_runs_sooner(given: Network, cluster: Cluster) -> None:
    """All budgets are kept, and the plan runs as predicted."""
    before = slowed(given, cluster, 3)
    after = hastened(before, given, cluster)
    assert bounds_of(given, cluster).work <= after.plan.prediction.interval < before.plan.prediction.interval
    assert macs(after.plan) == macs(before.plan)
    assert not after.excess
    check(after.plan)
    assert compare(after.plan, after.plan.prediction.batch).faults == ()


def fastest(layer: Layer, dsp: int) -> int:
    """The shortest interval of the forward and gradient phases of a layer alone on a board, one engine each: the best
    of all `p_in`, `p_out` and `p_tap`, by the formula of docs/architecture.md."""
    places, taps = layer.conv_rows * layer.conv_columns, layer.kernel_rows * layer.kernel_columns
    cycles = {
        p_in * p_out * p_tap: places * -(-layer.in_channels // p_in) * -(-layer.out_channels // p_out) * (taps // p_tap)
        for p_in, p_out, p_tap in sorted(
            product(range(1, layer.in_channels + 1), range(1, layer.out_channels + 1), (1, layer.kernel_rows, taps)),
            key=lambda engine: (engine[0] * engine[1] * engine[2], -engine[2]),
        )
    }
    least = [min((cycles[count] for count in cycles if count <= most), default=1 << 40) for most in range(dsp + 1)]
    return min(max(least[forward], least[dsp - forward]) for forward in range(1, dsp))


@pytest.mark.parametrize("dsp", [20, 57, 130])
def test_the_shortest_interval_of_a_layer_alone(dsp: int) -> None:
    """No longer than one engine for each phase takes."""
    layer = conv("conv0", (3, 70, 24), 20, 3)
    given, cluster = network((layer,)), chain(1, dsp=dsp)
    found = hastened(slowed(given, cluster, 2), given, cluster).plan.prediction.interval
    assert bounds_of(given, cluster).work <= found <= fastest(layer, dsp)


def test_ddr_that_too_few_images_share_is_shared_by_more() -> None:
    """The search has 17,423 cycles on boards whose DDR is the limit. Gradients are read and written once for a whole
    batch at best: what that asks of the slowest DDR is what is left."""
    given, cluster = weighty(), slow_memory(309)
    found = patient(given, cluster)
    assert found is not None and not found.excess
    plan = hastened(found, given, cluster).plan
    assert plan.prediction.interval < 0.7 * found.plan.prediction.interval
    bits = Counter[int]()
    for store in plan.stores:
        if store.place is Place.DDR:
            bits[store.board] += 2 * store.words * (-(-store.width // 8) * 8) // given.training.batch
    for cache in plan.caches:
        if cache.place is Place.DDR:
            bits[cache.board] += 2 * cache.inputs.size * cache.columns.size * given.layers[cache.layer].in_rows * 16
    least = max(bits.values()) / (1e9 * 8 * DDR_EFFICIENCY / 100e6)
    assert least <= plan.prediction.interval <= 1.02 * least
    assert compare(plan, given.training.batch).faults == ()


def test_no_interval_is_shorter_than_links_take() -> None:
    before = slowed(pooled(), slow_chain(0.1), 2)
    after = hastened(before, pooled(), slow_chain(0.1))
    busiest = max(max(link.up_cycles, link.down_cycles) for link in before.plan.links)
    assert after.plan.prediction.interval >= busiest


def test_engines_side_by_side_are_one_part() -> None:
    """All of the work is in the parts, and these are fewer than engines."""
    found = patient(pooled(), chain(2))
    assert found is not None
    geometry = geometries(pooled())
    parts = placed_of(geometry, found).parts
    engines = [share for share in found.plan.shares if not geometry[share.layer].flat]
    assert sum(part.track.macs(part.box) for part in parts) == sum(share.macs for share in engines)
    assert len(parts) < len(engines)


def test_what_cannot_be_hastened_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no shorter interval keeps the budgets the plan is the one that was there."""
    before = slowed(pooled(), chain(2), 3)
    monkeypatch.setattr("fpdeep_gen.partition.hastened.budget_problems", lambda plan: ["too much"])
    assert hastened(before, pooled(), chain(2)) is before


def test_fully_connected_engines_keep_their_speed() -> None:
    """Layers after the first are no slower, in parts of the interval, than they were."""
    first = conv("conv0", (3, 24, 24), 16, 3, pool=2)
    second = flat("fc1", output(first), 60)
    given = network((first, second, flat("fc2", output(second), 30)))
    before = slowed(given, chain(3), 2)
    after = hastened(before, given, chain(3))
    speed = placed_of(geometries(given), before).speed
    assert after is not before
    for share in after.plan.shares:
        if share.layer:
            position = share.layer - 1
            limit = speed.limit(geometries(given)[share.layer], after.plan.prediction.interval, position, share.phase)
            assert share.cycles <= limit

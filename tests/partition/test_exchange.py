"""What crosses links at a batch's end, counted weight by weight."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import pytest

from fpdeep_gen.network.model import Layer, Network
from fpdeep_gen.partition.batch_end import update_lanes
from fpdeep_gen.partition.exchange import exchange_of
from fpdeep_gen.partition.family import Scheme
from fpdeep_gen.partition.flat_memory import ORDER
from fpdeep_gen.partition.fully_connected import Speed
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.model import BalancedPlan, Kept, Place, Range, Store
from fpdeep_gen.partition.rounds import Terms, settle
from fpdeep_gen.partition.settle import Settling
from tests.partition.networks import chain, conv, flat, network, output

WEIGHT, GRADIENT = 16, 36
"""Bits of the stores made here."""


def small(groups: int = 1) -> Network:
    layers = [conv("conv0", (3, 16, 16), 12, 3)]
    layers.append(conv("conv1", output(layers[-1]), 16, 3, groups=groups))
    layers.append(conv("conv2", output(layers[-1]), 20, 3, groups=groups))
    layers.append(flat("fc", output(layers[-1]), 10))
    return network(tuple(layers))


def planned(net: Network, by_columns: bool, blocks: int = 1) -> BalancedPlan:
    """The plan on five boards whose convolutions are in step, or each by itself in column blocks."""
    groups = ((0, 1, 2),) if blocks == 1 else ((0,), (1,), (2,))
    scheme = Scheme((by_columns,) * 4, groups, (False,) * 4, (blocks,) * 4)
    found = settle(Settling(net, chain(5, dsp=60, bram36=500)), Terms(scheme, Speed(1, 1), ORDER[0]))
    assert found is not None
    return found.plan


def counted(plan: BalancedPlan) -> tuple[list[float], list[float]]:
    """Bits on each link, up and down, of every weight by itself."""
    links = len(plan.links)
    up, down = [0.0] * links, [0.0] * links
    for index, layer in enumerate(plan.network.layers):
        boards: dict[Kept, dict[tuple[int, int], set[int]]] = {kept: defaultdict(set) for kept in Kept}
        width = {store.kept: store.width for store in plan.stores if store.layer == index}
        for store in (store for store in plan.stores if store.layer == index):
            for pair in _pairs(layer, store):
                boards[store.kept][pair].add(store.board)
        taps = layer.kernel_rows * layer.kernel_columns
        for pair, summed in boards[Kept.GRADIENTS].items():
            kept = boards[Kept.WEIGHTS][pair] | summed
            for link in range(links):
                if min(summed) <= link < max(summed):
                    both = (width[Kept.GRADIENTS] + width[Kept.WEIGHTS]) * taps / 2
                    up[link] += both
                    down[link] += both
                elif max(summed) <= link < max(kept):
                    up[link] += width[Kept.WEIGHTS] * taps
                elif min(kept) <= link < min(summed):
                    down[link] += width[Kept.WEIGHTS] * taps
    return up, down


def _pairs(layer: Layer, store: Store) -> list[tuple[int, int]]:
    """Pairs of channels of a store that have weights."""
    outputs, inputs = layer.out_channels // layer.groups, layer.in_channels // layer.groups
    return [
        (output, input_)
        for output in range(store.outputs.begin, store.outputs.end)
        for input_ in range(store.inputs.begin, store.inputs.end)
        if output // outputs == input_ // inputs
    ]


@pytest.mark.parametrize(
    ("groups", "by_columns", "blocks"), [(1, False, 1), (1, True, 1), (2, False, 2), (1, False, 3)]
)
def test_links_carry_each_sum_and_each_new_weight_once(groups: int, by_columns: bool, blocks: int) -> None:
    plan = planned(small(groups), by_columns, blocks)
    found = exchange_of(geometries(plan.network), plan.stores, plan.links)
    up, down = counted(plan)
    assert max(up) > 0 and max(down) > 0
    assert found.up.tolist() == pytest.approx(up)
    assert found.down.tolist() == pytest.approx(down)
    assert [link.up_batch_bits for link in plan.links] == pytest.approx(up, abs=1)
    assert [link.down_batch_bits for link in plan.links] == pytest.approx(down, abs=1)


def stores(kept: Kept, boards: Sequence[int], is_copy: bool = False) -> list[Store]:
    """All weights of the second layer of `small`, 12 x 16 x 3 x 3, on each of the boards."""
    width = WEIGHT if kept is Kept.WEIGHTS else GRADIENT
    part = Range(0, 16), Range(0, 12)
    return [Store(1, board, kept, *part, 12 * 16 * 9, width, Place.CHIP, 1, is_copy) for board in boards]


def test_either_way_has_half_of_the_sums_and_weights_beyond_go_on_alone() -> None:
    """Gradients on boards 1 and 3, weights on 0 to 4 of six: sums and weights cross links 1 and 2, half of them either
    way; new weights go down over link 0 and up over link 3."""
    plan = planned(small(), by_columns=True)
    six = tuple(replace(plan.links[0], index=index, latency_cycles=7 + index) for index in range(5))
    copies = stores(Kept.WEIGHTS, [0, 2, 4], is_copy=True)
    kept = [*stores(Kept.GRADIENTS, [1, 3]), *stores(Kept.WEIGHTS, [1, 3]), *copies]
    found = exchange_of(geometries(plan.network), kept, six)
    words = 12 * 16 * 9
    half, weights = words * (GRADIENT + WEIGHT) / 2, words * WEIGHT
    assert found.up.tolist() == [0, half, half, weights, 0]
    assert found.down.tolist() == [weights, half, half, 0, 0]
    assert found.round_trip == 2 * (7 + 8 + 9 + 10)


def test_weights_that_are_kept_once_cross_no_link() -> None:
    plan = planned(small(), by_columns=True)
    found = exchange_of(
        geometries(plan.network), [*stores(Kept.GRADIENTS, [2]), *stores(Kept.WEIGHTS, [2])], plan.links
    )
    assert not found.up.any() and not found.down.any() and found.round_trip == 0


def test_a_batch_ends_when_the_busiest_link_is_through() -> None:
    """After what boards have to update of their own; all links are crossed there and back."""
    plan = planned(small(), by_columns=True)
    found = exchange_of(geometries(plan.network), plan.stores, plan.links)
    busiest = max(max(found.up), max(found.down)) / plan.links[0].payload_bits_per_cycle
    words = [sum(s.words for s in plan.stores if s.board == board and s.kept is Kept.GRADIENTS) for board in range(5)]
    own = max(words) / min(update_lanes(board) for board in plan.cluster.boards)
    assert 0 <= plan.prediction.update - busiest - found.round_trip <= own + 1
    assert found.round_trip == 2 * sum(link.latency_cycles for link in plan.links)

"""Plans of random networks on random chains: everything placed once, nothing over budget, always the same plan."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.board.model import Cluster
from fpdeep_gen.errors import InputError
from fpdeep_gen.network.load import load_network
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.bounds import ANY_ORDER
from fpdeep_gen.partition.budget import check_budgets
from fpdeep_gen.partition.document import balanced_from_json, balanced_to_json, is_balanced
from fpdeep_gen.partition.geometry import geometries
from fpdeep_gen.partition.in_order import is_in_order
from fpdeep_gen.partition.latency_bound import latency_bound
from fpdeep_gen.partition.model import BalancedPlan, Kept, Phase, Place
from fpdeep_gen.partition.planner import make_balanced_plan
from tests.partition.counting import least_cycles, multipliers, times_placed
from tests.partition.crossing import check_features, check_traffic, in_order
from tests.partition.networks import chain, conv, network, output
from tests.partition.strategies import networks


def check(plan: BalancedPlan) -> None:
    """What holds of every plan, counted anew."""
    for layer in range(len(plan.network.layers)):
        for phase in Phase:
            expected = {0} if layer == 0 and phase is Phase.BACKWARD else {1}
            assert times_placed(plan, layer, phase) == expected, (layer, phase)
    for board, count in multipliers(plan).items():
        assert count <= plan.cluster.boards[board].dsp
    for index, share in enumerate(plan.shares):
        assert least_cycles(plan, index) <= share.cycles <= plan.prediction.interval
    for use, board in zip(plan.uses, plan.cluster.boards, strict=True):
        assert use.bram18 <= 2 * board.bram36
        assert use.lut <= board.lut
    for link in plan.links:
        assert max(link.up_cycles, link.down_cycles) <= plan.prediction.interval
    if len(plan.cluster.boards) > ANY_ORDER:
        check_features(plan)
        parts = geometries(plan.network), plan.shares, plan.prediction.interval
        assert not is_in_order(plan.cluster, *parts) or in_order(plan)
        if in_order(plan):
            check_traffic(plan)
    assert plan.bounds.interval <= plan.prediction.interval


@given(networks(), st.integers(1, 5), st.integers(60, 400))
@settings(max_examples=8, deadline=None)
def test_everything_is_placed_once_within_all_budgets(given_network: Network, boards: int, dsp: int) -> None:
    cluster = chain(boards, dsp, bram36=1000)
    try:
        plan = make_balanced_plan(given_network, cluster)
    except InputError as error:
        assert error.problems
        return
    check(plan)
    assert balanced_to_json(make_balanced_plan(given_network, cluster)) == balanced_to_json(plan)


def two_layers() -> Network:
    first = conv("conv0", (3, 24, 24), 16, 3, pool=2)
    return network((first, conv("conv1", output(first), 32, 3)))


def test_a_share_that_is_lost_is_seen() -> None:
    plan = make_balanced_plan(two_layers(), chain(3))
    check(plan)
    lost = BalancedPlan(**{**vars(plan), "shares": plan.shares[1:]})
    with pytest.raises(AssertionError):
        check(lost)


def test_document_is_an_exact_inverse() -> None:
    plan = make_balanced_plan(two_layers(), chain(2))
    text = balanced_to_json(plan)
    assert is_balanced(text)
    assert balanced_from_json(text) == plan


def test_too_small_boards_are_named_with_resource_and_amount() -> None:
    small = chain(1, dsp=4000, bram36=8)
    with pytest.raises(InputError) as caught:
        make_balanced_plan(two_layers(), small)
    assert any("bram36" in problem.field and "8 block RAMs" in problem.expected for problem in caught.value.problems)


def test_more_boards_are_faster() -> None:
    intervals = [make_balanced_plan(two_layers(), chain(count)).prediction.interval for count in (1, 2, 4)]
    assert intervals[0] > intervals[1] > intervals[2]


def vgg(boards: int) -> tuple[Network, Cluster]:
    root = Path(__file__).parents[2]
    cluster = load_cluster(root / "boards/clusters/vc709-chain.yaml", boards)
    return load_network(root / "networks/vgg16.yaml"), cluster


def test_vgg16_on_83_boards_is_near_the_bound_and_filled_by_four_images() -> None:
    plan = make_balanced_plan(*vgg(83))
    assert 2 < latency_bound(plan).intervals < plan.prediction.fill <= 4
    assert all(store.place is Place.CHIP for store in plan.stores if store.kept is Kept.WEIGHTS)
    assert plan.bounds.interval / plan.prediction.interval >= 0.95
    assert check_traffic(plan) > 130  # two directions of most of 82 links
    macs = [use.macs for use in plan.uses]
    assert max(macs) * len(macs) / sum(macs) <= 1.03
    for phase in Phase:
        total = sum(share.macs for share in plan.shares if share.phase is phase)
        first = plan.network.layers[0].forward_macs if phase is Phase.BACKWARD else 0
        assert total == sum(layer.forward_macs for layer in plan.network.layers) - first


def test_vgg19_on_83_boards_is_near_the_bound_and_filled_by_four_images() -> None:
    plan = make_balanced_plan(load_network(Path("vgg19")), vgg(83)[1])
    assert 2 < latency_bound(plan).intervals < plan.prediction.fill <= 4
    assert all(store.place is Place.CHIP for store in plan.stores if store.kept is Kept.WEIGHTS)
    assert plan.bounds.interval / plan.prediction.interval >= 0.95
    macs = [use.macs for use in plan.uses]
    assert max(macs) * len(macs) / sum(macs) <= 1.03
    check_budgets(plan)


def test_a_column_that_no_pooling_window_looks_at() -> None:
    """The last of 21 columns of sums is dropped: a board with the gradients of that one alone would get no errors."""
    first = conv("conv0", (3, 23, 21), 36, 1, pool=2)
    second = conv("conv1", output(first), 16, 3, pool=2)
    third = conv("conv2", output(second), 28, 1)
    given_network = network((first, second, third, conv("conv3", output(third), 36, 3, groups=2)))
    check(make_balanced_plan(given_network, chain(2, dsp=398, bram36=1000)))

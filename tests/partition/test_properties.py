"""Random networks on random chains: plans keep all rules and run as predicted, and no better board or link makes one
slower."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fpdeep_gen.board.model import Board, Cluster, Ddr, Link
from fpdeep_gen.errors import InputError
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.partition.patience import patient
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.networks import chain, conv, flat, network, output
from tests.partition.strategies import networks
from tests.partition.test_planner import check, two_layers

IMAGES = 10

chains = st.builds(chain, st.integers(1, 4), st.integers(80, 300), st.just(1000), st.integers(2, 4))


def planned(network: Network, cluster: Cluster) -> BalancedPlan:
    """A plan; where there is none, the example does not count."""
    try:
        return make_balanced_plan(network, cluster)
    except InputError:
        assume(False)
        raise


@st.composite
def unlike_chains(draw: st.DrawFn) -> Cluster:
    """Boards of different multipliers and memories, some with DDR, and links of different rates and latencies."""
    sizes = st.lists(st.tuples(st.integers(60, 400), st.integers(150, 1000), st.booleans()), min_size=2, max_size=5)
    boards = [
        Board("small", "part", dsp, bram36, 400_000, 800_000, 100, 16, 10, Ddr(1, 10) if ddr else None)
        for dsp, bram36, ddr in draw(sizes)
    ]
    links = [Link(draw(st.integers(1, 6)), 10, 0.97, 128, draw(st.integers(5, 200))) for _ in boards[1:]]
    return Cluster("unlike", tuple(boards), tuple(links), 100)


@given(networks(2, 4), unlike_chains())
@settings(max_examples=3, deadline=None, derandomize=True)
def test_plans_of_unlike_boards_run_row_by_row_as_predicted(network: Network, cluster: Cluster) -> None:
    """And the same network and chain have the same plan again."""
    plan = planned(network, cluster)
    check(plan)
    assert compare(plan, IMAGES).faults == ()
    assert make_balanced_plan(network, cluster) == plan


@given(networks(2, 3), chains)
@settings(max_examples=5, deadline=None, derandomize=True)
def test_plans_run_row_by_row_as_predicted(network: Network, cluster: Cluster) -> None:
    """Every stream that a board needs is brought over links between neighbours (else the simulation refuses the plan),
    nothing waits for caches or FIFOs, and interval, latency and batch are within 2 %."""
    plan = planned(network, cluster)
    check(plan)
    assert [link.index for link in plan.links] == list(range(len(cluster.boards) - 1))
    assert compare(plan, IMAGES).faults == ()


def test_a_stream_that_is_lost_is_seen() -> None:
    plan = make_balanced_plan(two_layers(), chain(3))
    assert compare(plan, IMAGES).faults == ()
    with pytest.raises(InputError) as caught:
        compare(replace(plan, links=(replace(plan.links[0], up=()),)), IMAGES)
    assert any("a stream up link 0" in problem.expected for problem in caught.value.problems)


def more_dsp(board: Board) -> Board:
    return replace(board, dsp=board.dsp * 107 // 100 + 1)


def more_memory(board: Board) -> Board:
    return replace(board, bram36=board.bram36 * 6 // 5)


def same(board: Board) -> Board:
    return board


def one_lane_more(link: Link) -> Link:
    return replace(link, lanes=link.lanes + 1)


def sooner(link: Link) -> Link:
    return replace(link, latency_cycles=link.latency_cycles // 2)


def same_link(link: Link) -> Link:
    return link


BETTER: tuple[tuple[Callable[[Board], Board], Callable[[Link], Link]], ...] = (
    (more_dsp, same_link),
    (more_memory, same_link),
    (same, one_lane_more),
    (same, sooner),
    (more_dsp, one_lane_more),
)


@given(networks(2, 3), chains, st.sampled_from(BETTER), st.booleans())
@settings(max_examples=5, deadline=None, derandomize=True)
def test_a_better_board_or_link_makes_no_plan_slower(
    network: Network,
    cluster: Cluster,
    better: tuple[Callable[[Board], Board], Callable[[Link], Link]],
    everywhere: bool,
) -> None:
    """On all boards and links, or on the first, where memory and links are ample. The search does not make sure of it
    (docs/planner.md): this is what it does on random chains."""
    plan = planned(network, cluster)
    board, link = better
    boards = [board(one) if everywhere or not index else one for index, one in enumerate(cluster.boards)]
    links = [link(one) if everywhere or not index else one for index, one in enumerate(cluster.links)]
    faster = make_balanced_plan(network, replace(cluster, boards=tuple(boards), links=tuple(links)))
    assert faster.prediction.interval <= plan.prediction.interval


def scarce(dsp: int, ddr: float, gbps: float) -> Cluster:
    """Five boards with little memory and a slow lane between each two."""
    board = Board("small", "part", dsp, 60, 400_000, 800_000, 100, 2, 10, Ddr(1, ddr))
    return Cluster("chain", (board,) * 5, (Link(1, gbps, 0.97, 128, 40),) * 4, 100)


def one_layer() -> Network:
    return network((conv("conv0", (3, 12, 12), 12, 3),))


def heavy() -> Network:
    """1.9 million weights, 30 Mbit of them and 50 of gradients or more; five of those boards hold 11 Mbit."""
    first = conv("conv0", (3, 21, 21), 32, 3)
    return network((first, flat("fc1", output(first), 135)))


def better_everywhere(cluster: Cluster) -> Cluster:
    return replace(cluster, links=tuple(one_lane_more(link) for link in cluster.links))


def better_first(cluster: Cluster) -> Cluster:
    return replace(cluster, boards=(more_dsp(cluster.boards[0]), *cluster.boards[1:]))


@pytest.mark.parametrize(
    ("net", "cluster", "better"),
    [(one_layer(), scarce(124, 1, 1.0), better_everywhere), (heavy(), scarce(101, 3, 0.3), better_first)],
)
def test_nor_where_links_memory_and_ddr_are_scarce(
    net: Network, cluster: Cluster, better: Callable[[Cluster], Cluster]
) -> None:
    """Two chains for which the search alone is slower by more than half with a lane more on each link (792 cycles and
    1,357), or with 7 % more multipliers on the first board (45,606 and 79,700)."""
    alone = [patient(net, one) for one in (cluster, better(cluster))]
    intervals = [found.plan.prediction.interval for found in alone if found is not None and not found.excess]
    assert len(intervals) == 2 and intervals[1] > 1.5 * intervals[0]
    plan, faster = (make_balanced_plan(net, one) for one in (cluster, better(cluster)))
    check(faster)
    assert faster.prediction.interval <= plan.prediction.interval <= intervals[0]

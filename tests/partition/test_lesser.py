"""What a lesser chain has, a better one has too: plans of fewer boards, and of boards with fewer multipliers."""

from dataclasses import replace

import pytest

from fpdeep_gen.board.model import Board, Cluster, Ddr, Link
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition import lesser
from fpdeep_gen.partition.candidate import Candidate
from fpdeep_gen.partition.patience import patient
from fpdeep_gen.partition.planner import make_balanced_plan
from tests.partition.networks import chain, conv, flat, network, output
from tests.partition.test_planner import check


def crowded() -> Network:
    first = conv("conv0", (3, 29, 22), 24, 5)
    second = conv("conv1", output(first), 52, 3, stride=2)
    third = flat("fc2", output(second), 150)
    return network((first, second, third, flat("fc3", output(third), 197)))


def slowly_linked(boards: int) -> Cluster:
    """Boards with little memory and links of 0.1 Gb/s."""
    board = Board("small", "part", 413, 60, 400_000, 800_000, 100, 2, 10, Ddr(1, 1))
    return Cluster("chain", (board,) * boards, (Link(1, 0.1, 0.97, 128, 300),) * (boards - 1), 100)


def test_what_fits_on_three_boards_fits_on_more() -> None:
    """The search finds nothing for four of these boards by itself."""
    missing = patient(crowded(), slowly_linked(4))
    assert missing is None or missing.excess
    plan = make_balanced_plan(crowded(), slowly_linked(4))
    check(plan)
    assert plan.cluster == slowly_linked(4)
    assert plan.prediction.interval <= make_balanced_plan(crowded(), slowly_linked(3)).prediction.interval


def weighty() -> Network:
    first = conv("conv0", (3, 15, 31), 24, 3, stride=2)
    second = conv("conv1", output(first), 12, 3, groups=2)
    third = flat("fc2", output(second), 240)
    return network((first, second, third, flat("fc3", output(third), 165)))


def slow_memory(dsp: int) -> Cluster:
    """Four boards whose DDR is the limit: which of all images share a read depends on the plan."""
    board = Board("small", "part", dsp, 120, 150_000, 800_000, 100, 16, 10, Ddr(1, 1))
    return Cluster("chain", (board,) * 4, (Link(3, 1, 0.97, 128, 40),) * 3, 100)


def test_more_multipliers_do_not_halve_the_throughput(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of these two chains the search has 14,934 cycles for the lesser and 30,643 for the better one. Both look at
    boards with the multipliers of 1.1 to some power, which are the same."""
    intervals = [make_balanced_plan(weighty(), slow_memory(dsp)).prediction.interval for dsp in (325, 340)]
    assert intervals[1] <= intervals[0]
    monkeypatch.setattr(lesser, "DISTANCES", ())
    monkeypatch.setattr(lesser, "_slower", lambda cluster: iter(()))
    alone = [make_balanced_plan(weighty(), slow_memory(dsp)).prediction.interval for dsp in (325, 340)]
    assert alone[1] > 1.5 * alone[0] > 1.2 * intervals[0]


def test_plans_near_the_bound_and_those_of_large_chains_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(given: Network, cluster: Cluster, fast: bool = True) -> Candidate | None:
        asked.append(len(cluster.boards))
        return patient(given, cluster, fast)

    monkeypatch.setattr(lesser, "patient", counted)
    first = conv("conv0", (3, 24, 24), 16, 3, pool=2)
    given = network((first, conv("conv1", output(first), 32, 3)))
    plan = make_balanced_plan(given, chain(2))
    assert plan.bounds.interval / plan.prediction.interval > 0.951 and asked == [2]
    monkeypatch.setattr(lesser, "MOST_PARTS", 4 * (24 + 12 + 240 + 165) - 1)
    asked.clear()
    make_balanced_plan(weighty(), slow_memory(309))
    assert asked == [4]


def test_the_lesser_chain_of_boards_that_are_alike_has_the_least_of_each_thing() -> None:
    """Where boards and links are alike already there is none."""
    cluster = slow_memory(309)
    assert list(lesser._alike(cluster)) == []
    first, *others = cluster.boards
    boards = (replace(first, dsp=400, bram36=100, ddr=None), *others)
    links = (replace(cluster.links[0], lanes=4, latency_cycles=60), *cluster.links[1:])
    (found,) = lesser._alike(replace(cluster, boards=boards, links=links))
    assert [(board.dsp, board.bram36, board.lut, board.ddr) for board in found.boards] == [
        (309, 100, 150_000, None)
    ] * 4
    assert found.links == (replace(cluster.links[1], latency_cycles=60),) * 3
    (found,) = lesser._alike(replace(cluster, boards=(replace(first, dsp=331), *others)))
    assert found == cluster
    alone = replace(cluster, boards=cluster.boards[:1], links=())
    assert list(lesser._alike(alone)) == []

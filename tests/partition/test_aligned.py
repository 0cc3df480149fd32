"""The same columns of every layer on one board, where links are slow."""

from dataclasses import replace

import pytest

from fpdeep_gen.board.model import Cluster, Link
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition import lesser
from fpdeep_gen.partition.aligned import shared_out
from fpdeep_gen.partition.candidate import Candidate
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.sim.rows.compare import compare
from tests.partition.networks import chain, conv, network, output
from tests.partition.test_planner import check

BITS_A_CYCLE = 1e9 * 0.97 / 100e6


def wide() -> Network:
    """60 channels of 20 x 21 between a convolution that reads 3 channels and one of 1 x 1 that takes every second."""
    first = conv("conv0", (3, 20, 21), 60, 5)
    return network((first, conv("conv1", output(first), 16, 1, groups=2, stride=2)))


def slow(count: int) -> Cluster:
    """Links of a gigabit a second."""
    cluster = chain(count, dsp=480)
    return replace(cluster, links=(Link(1, 1, 0.97, 128, 5),) * (count - 1))


@pytest.mark.parametrize("count", [4, 5, 6])
def test_boards_share_work_that_no_link_could_pass_on_whole(count: int) -> None:
    """A link takes longer for conv0's output than one board for everything; in blocks boards share it all the same, and
    the plan keeps all budgets and runs as predicted."""
    given, cluster = wide(), slow(count)
    plan = make_balanced_plan(given, cluster)
    alone = 60 * 20 * 21 * 3 * 25 * 2 / 480
    assert 60 * 20 * 21 * 16 / BITS_A_CYCLE > alone > 2 * plan.prediction.interval
    check(plan)
    assert compare(plan, plan.prediction.batch).faults == ()


def in_order(monkeypatch: pytest.MonkeyPatch, given: Network, cluster: Cluster) -> int:
    """The interval without blocks."""

    def found_alone(found: Candidate, *_: object) -> Candidate:
        return found

    with monkeypatch.context() as patched:
        patched.setattr(lesser, "aligned", found_alone)
        return make_balanced_plan(given, cluster).prediction.interval


def test_without_blocks_they_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """What blocks are for."""
    given, cluster = wide(), slow(5)
    assert in_order(monkeypatch, given, cluster) > 2 * make_balanced_plan(given, cluster).prediction.interval


@pytest.mark.parametrize("more", [{"padding": 0}, {"padding": 0, "stride": 2}, {"padding": 0, "stride": 2, "pool": 2}])
def test_all_columns_are_taken_where_maps_shrink(monkeypatch: pytest.MonkeyPatch, more: dict[str, int]) -> None:
    """Errors have more columns than the sums that they come from, and windows may drop the last ones."""
    first = conv("conv0", (3, 20, 21), 40, 3)
    given, cluster = network((first, conv("conv1", output(first), 16, 5, **more))), slow(4)
    plan = make_balanced_plan(given, cluster)
    assert plan.prediction.interval < in_order(monkeypatch, given, cluster)
    check(plan)
    assert compare(plan, plan.prediction.batch).faults == ()


@pytest.mark.parametrize(("kernel", "pool", "count"), [(5, 2, 6), (5, 3, 3)])
def test_no_board_has_only_columns_that_pooling_drops(kernel: int, pool: int, count: int) -> None:
    """There are no errors of these, so that the board would have nothing to wait for."""
    first = conv("conv0", (3, 20, 21), 40, 3)
    given = network((first, conv("conv1", output(first), 16, kernel, padding=0, stride=4, pool=pool)))
    plan = make_balanced_plan(given, slow(count))
    assert given.layers[1].conv_columns % pool != 0
    check(plan)
    assert compare(plan, plan.prediction.batch).faults == ()


def test_no_more_boards_are_slower() -> None:
    """Blocks on fewer boards are looked at as well."""
    intervals = [make_balanced_plan(wide(), slow(count)).prediction.interval for count in (4, 5, 6)]
    assert intervals == sorted(intervals, reverse=True)


@pytest.mark.parametrize(
    ("columns", "room", "ends"), [(10, [1, 1], [5]), (8, [3, 1], [6]), (7, [1, 0, 1], [4, 4]), (6, [0, 0], [])]
)
def test_columns_are_in_proportion(columns: int, room: list[int], ends: list[int]) -> None:
    """The last block takes what is left; without any room there are no blocks."""
    assert shared_out(columns, room) == ends

"""What does not fit is told of: which board or link lacks how much of what, and what would do."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.board.model import Cluster
from fpdeep_gen.cli.main import main
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.network.load import load_network
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.model import Place
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.partition.way_out import way_out_of
from tests.partition.networks import chain, conv, flat, network, output

NETWORK = """name: little
input: {channels: 3, rows: 12, columns: 12, format: {width: 8, fraction: 7}}
training: {batch: 16, learning_rate: 0.01, epochs: 1, seed: 1}
layers:
  - conv: {name: conv1, channels: 8, kernel: 3, padding: 1}
  - relu
  - fully_connected: {name: fc2, features: 10}
  - softmax_cross_entropy
"""
BOARD = """name: tiny
part: xc7a15t
dsp: 40
bram36: 20
lut: 100000
ff: 100000
clock_mhz: 100
lanes: 4
lane_gbps: 6.6
"""
CLUSTER = """name: tiny_chain
clock_mhz: 100
board: board.yaml
count: 2
link: {lanes: 1, gbps_per_lane: 6.6, efficiency: 0.97, flit_bits: 64, latency_cycles: 40}
"""


def problems(given: Network, cluster: Cluster, way_out: bool = True) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        make_balanced_plan(given, cluster, way_out)
    return tuple(caught.value.problems)


def heavy() -> Network:
    """4 x 9216 weights of 52 bits on chip, 52 block RAMs, on maps of 8 x 8."""
    layers = [conv("conv0", (3, 8, 8), 32, 3)]
    for index in range(1, 5):
        layers.append(conv(f"conv{index}", output(layers[-1]), 32, 3))
    return network(tuple(layers))


def test_too_few_boards_are_told_how_many_would_do() -> None:
    small = chain(2, bram36=28)
    found = problems(heavy(), small)
    assert {problem.field.split(".")[-1] for problem in found} == {"bram36"}
    assert all(problem.expected == "at most 28 block RAMs (small)" for problem in found)
    assert any(float(problem.found) > 28 for problem in found)
    told = re.fullmatch(r"(\d+) such boards are enough \(no plan was found for (\d+)\)", found[0].hint)
    assert told is not None
    enough = int(told[1])
    assert int(told[2]) == enough - 1
    assert make_balanced_plan(heavy(), chain(enough, bram36=28)).prediction.interval > 0
    assert all(problem.hint == "" for problem in problems(heavy(), chain(enough - 1, bram36=28), way_out=False))


def test_boards_that_cannot_hold_the_weights_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """4 x 9216 weights and 864 of 16 + 36 bits are 53.3 block RAMs, however they are cut."""

    def search(*_: object) -> None:
        raise AssertionError("nothing is to be searched for")

    monkeypatch.setattr("fpdeep_gen.partition.planner.planned", search)
    (problem,) = problems(heavy(), chain(2, bram36=26), way_out=False)
    assert (problem.field, problem.found) == ("boards.bram36", "52 on all 2")
    assert problem.expected.startswith("at least 54 block RAMs")
    with pytest.raises(AssertionError):
        make_balanced_plan(heavy(), chain(2, bram36=27))


@pytest.mark.parametrize("enough", [2, 3, 4, 9, 30, 128])
def test_the_least_number_of_boards_that_works_is_told(enough: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """53.3 block RAMs of weights (see above); the planner stands for one that needs as many boards."""
    tried = []

    def works(_: Network, cluster: Cluster) -> bool:
        tried.append(len(cluster.boards))
        return len(cluster.boards) >= enough

    monkeypatch.setattr("fpdeep_gen.partition.way_out._works", works)
    hint = way_out_of(heavy(), chain(1, bram36=27), [], chain(2).links[0])
    fewer = "fewer cannot hold the weights" if enough == 2 else f"no plan was found for {enough - 1}"
    assert hint == f"{enough} such boards are enough ({fewer})"
    assert enough in tried and (enough == 2 or enough - 1 in tried)
    assert min(tried) > 1 and len(set(tried)) == len(tried)


def test_a_small_board_among_others_is_no_reason_to_begin_with_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """54 block RAMs of weights and some for features: three boards have 130, of which one has a tenth."""
    tried = []

    def works(_: Network, cluster: Cluster) -> bool:
        tried.append(len(cluster.boards))
        return True

    monkeypatch.setattr("fpdeep_gen.partition.way_out._works", works)
    small, large = chain(1, dsp=40, bram36=10).boards[0], chain(1, dsp=200, bram36=60).boards[0]
    way_out_of(heavy(), replace(chain(2), boards=(small, large)), [])
    assert tried == [3]


def test_weights_that_cannot_be_on_chip_are_not_tried_without_ddr(monkeypatch: pytest.MonkeyPatch) -> None:
    """132,096 fully connected weights of 16 + 36 bits, and 216 of a convolution: 186.7 block RAMs."""
    tried = []

    def planned(_: Network, cluster: Cluster, fast: bool) -> None:
        tried.append(cluster)

    monkeypatch.setattr("fpdeep_gen.partition.way_out.planned", planned)
    others = "larger boards, or a smaller network"
    assert way_out_of(wide(), without_ddr(chain(1, bram36=1)), [], chain(2).links[0]) == (
        f"128 such boards cannot hold the weights either; {others}"
    )
    assert tried and all(board.ddr for cluster in tried for board in cluster.boards)
    tried.clear()
    way_out_of(wide(), without_ddr(chain(1, bram36=60)), [], chain(2).links[0])
    assert min(len(cluster.boards) for cluster in tried if cluster.boards[0].ddr is None) == 4


def test_chains_that_nothing_mends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fpdeep_gen.partition.way_out._works", lambda *_: False)
    others = "larger boards, or a smaller network"
    assert way_out_of(heavy(), chain(2), []) == f"no plan was found for 128 such boards either; {others}"
    assert way_out_of(heavy(), chain(128), []) == others
    huge = network((conv("conv0", (512, 8, 8), 512, 3), flat("fc", (512, 8, 8), 1)))
    assert way_out_of(huge, chain(2, bram36=3), []) == f"128 such boards cannot hold the weights either; {others}"


def test_a_board_alone_is_told_of_larger_ones() -> None:
    (problem,) = problems(heavy(), chain(1, bram36=30))
    assert problem.field == "boards.bram36"
    assert problem.hint == "boards with 4 times the block RAMs would do; more boards, with links between them"
    make_balanced_plan(heavy(), chain(1, bram36=4 * 30))
    problems(heavy(), chain(1, bram36=2 * 30), way_out=False)


def without_ddr(cluster: Cluster) -> Cluster:
    return replace(cluster, boards=tuple(replace(board, ddr=None) for board in cluster.boards))


def wide() -> Network:
    """132,096 fully connected weights: 6.9 Mbit with their gradients, 187 block RAMs."""
    first = conv("conv0", (3, 16, 16), 8, 3, pool=4)
    second = flat("fc1", output(first), 1024)
    return network((first, second, flat("fc2", output(second), 1)))


def test_a_board_without_ddr_for_fully_connected_weights() -> None:
    alone = without_ddr(chain(1, bram36=60))
    found = problems(wide(), alone)
    assert [problem.field for problem in found] in (["boards[0].bram36"], ["boards[0].ddr"])
    assert "DDR (6.4 GB/s) would do" in found[0].hint
    plan = make_balanced_plan(wide(), chain(1, bram36=60))
    assert any(store.place is Place.DDR for store in plan.stores)


def test_slow_links_make_plans_slower_and_never_infeasible() -> None:
    """A flit of 128 bits in 100 cycles: the image alone takes some thousand."""
    cluster = chain(4)
    slow = replace(cluster, links=tuple(replace(link, lanes=1, gbps_per_lane=0.13) for link in cluster.links))
    first = conv("conv0", (3, 16, 16), 16, 3)
    layers = network((first, conv("conv1", output(first), 16, 3)))
    plan, fast = make_balanced_plan(layers, slow), make_balanced_plan(layers, cluster)
    busiest = max(max(link.up_cycles, link.down_cycles) for link in plan.links)
    alone = make_balanced_plan(layers, chain(1))
    assert fast.prediction.interval < plan.prediction.interval <= alone.prediction.interval
    assert busiest <= plan.prediction.interval
    assert plan.cluster == slow and plan.bounds.interval <= plan.prediction.interval


def fpdeep(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("cluster", "count: 2", "count: 0", ["count: expected at least 1, found `0`"]),
        ("board", "bram36: 20", "bram36: 0", ["bram36: expected at least 1, found `0`"]),
        ("cluster", "lanes: 1", "lanes: 3", ["a board with at least 6 lanes (3 + 3)", "`tiny`, which has 4"]),
        ("network", "relu", "gelu", ["layers[1]", "`gelu`", "did you mean `relu`?"]),
    ],
)
def test_what_is_wrong_with_the_files_ends_with_2(
    name: str, old: str, new: str, said: list[str], tmp_path: Path
) -> None:
    result = planned(tmp_path, {name: (old, new)}, 3 if name != "cluster" or "count" not in old else None)
    assert result.exit_code == 2
    for text in said:
        assert text in result.stderr, result.stderr


def planned(folder: Path, changes: dict[str, tuple[str, str]], boards: int | None) -> Result:
    """`fpdeep plan` with files that are changed in one place each."""
    for file, text in (("network", NETWORK), ("board", BOARD), ("cluster", CLUSTER)):
        old, new = changes.get(file, ("name", "name"))
        assert old in text
        (folder / f"{file}.yaml").write_text(text.replace(old, new, 1))
    inputs = (folder / "network.yaml", "--cluster", folder / "cluster.yaml", "-o", folder / "out")
    count = () if boards is None else ("-n", boards)
    return fpdeep("plan", *inputs, *count, "--planner", "balanced")


def test_what_does_not_fit_ends_with_2(tmp_path: Path) -> None:
    """A board alone is told of more boards with the cluster's link between them."""
    result = planned(tmp_path, {"board": ("bram36: 20", "bram36: 12")}, 1)
    assert result.exit_code == 2
    assert "boards[0].ddr: expected at most 0 bits an image (tiny), found " in result.stderr
    assert "hint: 3 such boards are enough (no plan was found for 2)" in result.stderr
    given = load_network(tmp_path / "network.yaml")
    problems(given, load_cluster(tmp_path / "cluster.yaml", 2), way_out=False)


def test_no_boards_at_all(tmp_path: Path) -> None:
    result = fpdeep("plan", "alexnet", "--cluster", "vc709-chain", "-n", 0, "-o", tmp_path)
    assert result.exit_code == 2
    assert "-n" in result.stderr

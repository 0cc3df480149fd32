"""Chains of different boards, and the same plan every time."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from fpdeep_gen.board.known import known_boards
from fpdeep_gen.board.load import load_board, load_cluster
from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.document import balanced_to_json
from fpdeep_gen.partition.planner import make_balanced_plan
from tests.partition.networks import chain, conv, flat, network, output
from tests.partition.test_planner import check

ROOT = Path(__file__).parents[2]

MIXED = """name: mixed
clock_mhz: 100
boards:
  - {board: vc709}
  - {board: zedboard, count: 2}
  - {board: kc705}
  - {board: zc706}
link: {lanes: 3, gbps_per_lane: 0.95, efficiency: 1.0, flit_bits: 64, latency_cycles: 20}
"""


def layers() -> Network:
    found = [conv("conv0", (3, 32, 32), 48, 3)]
    found.append(conv("conv1", output(found[-1]), 64, 3, pool=2))
    found.append(conv("conv2", output(found[-1]), 96, 3, pool=2))
    found.append(flat("fc3", output(found[-1]), 10))
    return network(tuple(found))


def test_different_boards_in_one_chain_work_in_proportion_to_their_multipliers(tmp_path: Path) -> None:
    path = tmp_path / "mixed.yaml"
    path.write_text(MIXED)
    cluster = load_cluster(path)
    names = ("vc709", "zedboard", "zedboard", "kc705", "zc706")
    assert cluster.boards == tuple(load_board(known_boards()[name]) for name in names)
    wide = replace(cluster, links=tuple(replace(link, lanes=40, flit_bits=1024) for link in cluster.links))
    plan = make_balanced_plan(layers(), wide)
    check(plan)
    whole, dsp = sum(use.macs for use in plan.uses), sum(board.dsp for board in cluster.boards)
    for use, board in zip(plan.uses, cluster.boards, strict=True):
        assert abs(use.macs / whole / (board.dsp / dsp) - 1) < 0.15, (use.board, use.macs)


def test_where_boards_stand_matters_to_the_plan_and_not_to_its_budgets() -> None:
    boards = chain(1, 60).boards + chain(3, 300).boards
    links = chain(4).links
    for order in (boards, boards[::-1]):
        check(make_balanced_plan(layers(), Cluster("uneven", order, links, 100)))


PROGRAM = """
from tests.partition.test_chains import layers
from tests.partition.networks import chain
from fpdeep_gen.partition.document import balanced_to_json
from fpdeep_gen.partition.planner import make_balanced_plan
print(balanced_to_json(make_balanced_plan(layers(), chain(4))), end="")
"""


def test_the_plan_does_not_depend_on_the_order_of_sets() -> None:
    texts = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment, check=True
        )
        texts.add(ran.stdout)
    assert texts == {balanced_to_json(make_balanced_plan(layers(), chain(4)))}

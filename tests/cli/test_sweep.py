"""`fpdeep sweep`: points in processes of their own, kept between runs, numbers too small told of."""

import json
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.cli.main import main
from fpdeep_gen.energy.model import EnergyModel
from fpdeep_gen.network.model import Network
from fpdeep_gen.report.points import Point

DIGITS = Path(__file__).parents[2] / "examples" / "digits"


def sweep(out: Path, counts: str, *more: object, network: Path = DIGITS / "network.yaml") -> Result:
    arguments = ("sweep", network, "--cluster", DIGITS / "cluster.yaml", "-n", counts, "-o", out, *more)
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_points_are_planned_once_and_again_when_they_change(tmp_path: Path) -> None:
    first = sweep(tmp_path, "1:3:2", "-j", 2, "--json")
    assert first.exit_code == 0, first.output
    document = json.loads(first.stdout)
    assert document["planned"] == 2
    assert [point["boards"] for point in document["points"]] == [1, 3]
    slow, fast = (point["figures"]["steady"] for point in document["points"])
    assert fast > 1.5 * slow
    on_disk = json.loads((tmp_path / "sweep.json").read_text(encoding="utf-8"))
    assert on_disk["points"] == document["points"]
    assert "<polyline" in (tmp_path / "sweep.html").read_text(encoding="utf-8")

    more = json.loads(sweep(tmp_path, "1:3", "-j", 1, "--json").stdout)
    assert more["planned"] == 1
    assert more["points"][::2] == document["points"]

    (tmp_path / ".fpdeep" / "sweep_3.point.json").write_text("{}", encoding="utf-8")
    changed = tmp_path / "network.yaml"
    text = (DIGITS / "network.yaml").read_text(encoding="utf-8")
    assert json.loads(sweep(tmp_path, "1:3", "-j", 1, "--json").stdout)["planned"] == 1
    changed.write_text(text.replace("batch: ", "batch: 1"), encoding="utf-8")
    assert json.loads(sweep(tmp_path, "2", "--json", network=changed).stdout)["planned"] == 1


def test_too_few_boards_are_a_point_with_its_reason(tmp_path: Path) -> None:
    tiny = tmp_path / "tiny.yaml"
    logic = "dsp: 4000, bram36: 4, lut: 400000, ff: 800000, clock_mhz: 100"
    tiny.write_text(f"{{name: tiny_board, part: p, {logic}, lanes: 4, lane_gbps: 5}}", encoding="utf-8")
    cluster = tmp_path / "cluster.yaml"
    text = (DIGITS / "cluster.yaml").read_text(encoding="utf-8")
    cluster.write_text(text.replace("board: zedboard", "board: ./tiny.yaml"), encoding="utf-8")
    arguments = ["sweep", DIGITS / "network.yaml", "--cluster", cluster, "-n", "1", "-o", tmp_path / "out"]
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    assert "1 board: no plan; with 1: boards[0].bram36 takes" in result.stdout
    assert "no plan at any of these numbers of boards" in result.stdout


def test_the_longest_chains_are_begun_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    def plan_point(network: Network, cluster: Cluster, model: EnergyModel) -> Point:
        begun.append(len(cluster.boards))
        return Point(len(cluster.boards), 1.0, 1.0, None, "not planned")

    monkeypatch.setattr("fpdeep_gen.cli.sweeping.plan_point", plan_point)
    monkeypatch.setattr("fpdeep_gen.cli.sweeping._local", lambda _: ThreadPoolExecutor(1))
    result = sweep(tmp_path, "1:4", "-j", 2, "--json")
    assert [point["boards"] for point in json.loads(result.stdout)["points"]] == [1, 2, 3, 4]
    assert begun == [4, 3, 2, 1]


@pytest.mark.parametrize("counts", ["0:4", "4:2", "1:4:0", "1:129", "many", "1:2:3:4"])
def test_numbers_that_make_no_sense_are_refused(tmp_path: Path, counts: str) -> None:
    result = sweep(tmp_path, counts)
    assert result.exit_code == 2
    assert "expected" in result.stderr
    assert not (tmp_path / "sweep.json").exists()


@pytest.fixture
def dask_address() -> Iterator[str]:
    """A Dask cluster of one worker, spoken to over TCP."""
    distributed = pytest.importorskip(
        "distributed", reason="distributed is one of the packages of requirements-dev.txt"
    )
    options = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with distributed.LocalCluster(protocol="tcp", host="127.0.0.1", **options) as cluster:
        yield cluster.scheduler_address


def test_a_dask_cluster_plans_the_same_points(tmp_path: Path, dask_address: str) -> None:
    here = json.loads(sweep(tmp_path / "here", "1:2", "-j", 1, "--json").stdout)
    there = sweep(tmp_path / "there", "1:2", "--scheduler", dask_address, "--json")
    assert there.exit_code == 0, there.output
    document = json.loads(there.stdout)
    assert (document["planned"], document["points"]) == (2, here["points"])
    assert json.loads(sweep(tmp_path / "there", "1:2", "--json").stdout)["planned"] == 0


def test_workers_with_another_program_are_refused(
    tmp_path: Path, dask_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other threads than the command's, such as the worker's, seem to have another program.
    monkeypatch.setattr("fpdeep_gen.cli.sweeping.tool_digest", lambda: threading.current_thread().name)
    result = sweep(tmp_path, "1", "--scheduler", dask_address)
    assert result.exit_code == 3
    assert "workers with another version of fpdeep_gen: tcp://127.0.0.1" in result.stderr
    assert not (tmp_path / "sweep.json").exists()


def test_a_cluster_without_workers_is_told_of(tmp_path: Path) -> None:
    distributed = pytest.importorskip(
        "distributed", reason="distributed is one of the packages of requirements-dev.txt"
    )
    with distributed.LocalCluster(n_workers=0, dashboard_address=None, host="127.0.0.1") as cluster:
        result = sweep(tmp_path, "1", "--scheduler", cluster.scheduler_address)
    assert result.exit_code == 3
    assert "has no workers" in result.stderr


def test_without_the_package_the_line_that_installs_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = sweep(tmp_path, "1", "--scheduler", "tcp://127.0.0.1:1")
    assert result.exit_code == 3
    assert "pip install fpdeep-gen[dask]" in result.stderr


def test_a_scheduler_that_does_not_answer_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fpdeep_gen.cli.sweeping.CONNECT_SECONDS", 0.2)
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        result = sweep(tmp_path, "1", "--scheduler", f"tcp://127.0.0.1:{taken.getsockname()[1]}")
    assert result.exit_code == 3
    assert "no Dask scheduler answers at tcp://127.0.0.1" in result.stderr

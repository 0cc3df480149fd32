"""`fpdeep sweep`: points in processes of their own, kept between runs, numbers too small told of."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fpdeep_gen.cli.main import main

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


@pytest.mark.parametrize("counts", ["0:4", "4:2", "1:4:0", "1:129", "many", "1:2:3:4"])
def test_numbers_that_make_no_sense_are_refused(tmp_path: Path, counts: str) -> None:
    result = sweep(tmp_path, counts)
    assert result.exit_code == 2
    assert "expected" in result.stderr
    assert not (tmp_path / "sweep.json").exists()

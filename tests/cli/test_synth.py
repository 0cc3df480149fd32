"""`fpdeep synth` on an output folder whose boards hold one small process each."""

import json
from pathlib import Path

import pytest

from fpdeep_gen.hls.compile import compile_module
from fpdeep_gen.hls.ir import Module
from tests.cli.test_commands import document, fpdeep, planned
from tests.hls.backend.test_synthesis import mac_and_memory


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of three boards, each with the same small design as its RTL."""
    folder = planned(tmp_path_factory.mktemp("synth"))
    for board in range(3):
        process = mac_and_memory()
        made = compile_module(Module(process, [process]), folder / f"board_{board}" / "rtl")
        for path in (made.verilog, made.report_file):
            path.rename(path.with_stem(f"board_{board}"))
    return folder


def test_figures_of_every_board_stand_beside_plan_and_board(out: Path) -> None:
    boards = document("synth", out)["boards"]
    assert isinstance(boards, list)
    assert [board["board"] for board in boards] == [0, 1, 2]
    assert [board["synthesised"]["dsp"] for board in boards] == [1, 1, 1]
    written = json.loads((out / "board_2" / "synthesis.json").read_text(encoding="utf-8"))
    assert written["complete"]
    assert written["synthesised"] == boards[2]["synthesised"]
    text = fpdeep("synth", out, "--board", "1").stdout
    assert "Board 1, zedboard" in text
    assert "Board 0" not in text
    assert [line.split()[1:5] for line in text.splitlines() if " DSP " in line] == [["DSP", "│", "220", "│"]]


def test_a_part_without_figures_is_named(out: Path, tmp_path: Path) -> None:
    (tmp_path / "board_0").mkdir()
    for name in ("plan.json", "board_0/rtl"):
        (tmp_path / name).symlink_to(out / name)
    result = fpdeep("synth", tmp_path, "--board", "0", "--limit-s", "0.1")
    assert result.exit_code == 3
    assert "no figures for these parts" in result.stderr
    assert "mac: mac: " in result.stderr


def test_a_board_without_rtl_is_an_error(tmp_path: Path) -> None:
    result = fpdeep("synth", planned(tmp_path))
    assert result.exit_code == 2
    assert "expected compiled RTL, found no such file" in result.stderr
    assert fpdeep("synth", tmp_path, "--board", "7").exit_code == 2

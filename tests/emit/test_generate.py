"""Generated files: the same bytes each time, as expected, complete, and never with a hole where a name was missing."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import jinja2
import pytest
import yaml

from fpdeep_gen.emit.build_plan import BuildPlan
from fpdeep_gen.emit.generate import generate, template_environment
from fpdeep_gen.errors import ToolError
from fpdeep_gen.plan.document import plan_to_json
from tests.emit import plans

GOLDEN = Path(__file__).parent.parent / "golden" / "cut_on_two"
NOT_GOLDEN = ("hls_kernels/", "plan.json")
"""Copied or made elsewhere: tested there."""


def golden_files() -> dict[str, str]:
    """Files of the golden plan by path."""
    files = generate(plans.cut_on_two()).files
    return {path: text for path, text in files.items() if not path.startswith(NOT_GOLDEN)}


def test_files_are_the_golden_ones(update_golden: bool) -> None:
    files = golden_files()
    if update_golden:
        BuildPlan(files).write(GOLDEN)
    found = {path.relative_to(GOLDEN).as_posix(): path.read_text() for path in GOLDEN.rglob("*") if path.is_file()}
    assert sorted(found) == sorted(files)
    for path, text in files.items():
        assert found[path] == text, f"{path} differs; pytest --update-golden writes tests/golden anew"


@pytest.mark.parametrize("make", plans.ALL_PLANS.values(), ids=plans.ALL_PLANS.keys())
def test_the_same_plan_gives_the_same_bytes(make: object) -> None:
    assert callable(make)
    assert generate(make()) == generate(make())


def test_another_plan_gives_other_bytes() -> None:
    plan = plans.one_board()
    deeper = replace(plan, slices=(replace(plan.slices[0], cache_depth=999), *plan.slices[1:]))
    changed = {path for path, text in generate(deeper).files.items() if generate(plan).files[path] != text}
    assert changed == {"board_0/src/board_0.cpp", "plan.json"}


def test_the_output_holds_what_is_promised() -> None:
    plan = plans.two_boards()
    files = generate(plan).files
    for board in ("board_0", "board_1"):
        own = {path.removeprefix(f"{board}/") for path in files if path.startswith(f"{board}/")}
        assert own == {
            f"src/{board}.cpp",
            f"src/{board}_config.h",
            "hls_config.cfg",
            "vitis_hls.tcl",
            "link.yaml",
            "Makefile",
            f"test_{board}.py",
            "board_bench.py",
        }
    assert {"csim/main.cpp", "csim/word_files.h", "Makefile"} <= set(files)
    assert "hls_kernels/fpdeep_kernels.h" in files
    assert files["plan.json"] == plan_to_json(plan)
    assert json.loads(files["plan.json"])["network"]["name"] == "digits_like"


@pytest.mark.parametrize("make", plans.ALL_PLANS.values(), ids=plans.ALL_PLANS.keys())
def test_text_files_parse(make: object) -> None:
    assert callable(make)
    plan = make()
    files = generate(plan).files
    for path, text in files.items():
        assert text.endswith("\n") and not text.endswith("\n\n"), path
        if path.endswith(".py"):
            compile(text, path, "exec")
        if path.endswith("link.yaml"):
            links = yaml.safe_load(text)["links"]
            board = int(path.split("/")[0].removeprefix("board_"))
            assert [link["index"] for link in links] == [
                index for index in (board - 1, board) if 0 <= index < len(plan.links)
            ]
            for link in links:
                planned = plan.links[link["index"]]
                received, sent = (planned.up, planned.down) if link["name"] == "down" else (planned.down, planned.up)
                assert [stream["credits"] for stream in link["received"]] == [stream.credits for stream in received]
                assert [stream["carried"] for stream in link["sent"]] == [stream.carried.value for stream in sent]


def test_a_missing_name_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError, match="'nothing' is undefined"):
        template_environment().from_string("{{ nothing }}").render()
    with pytest.raises(jinja2.UndefinedError, match="no attribute 'colour'"):
        template_environment().from_string("{{ board.colour }}").render(board=_Board("x"))


@dataclass(frozen=True)
class _Board:
    name: str


def test_writing_leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "board_0").mkdir()
    (tmp_path / "board_0" / "Makefile").write_text("old")
    BuildPlan({"board_0/Makefile": "new\n", "csim/main.cpp": "text\n"}).write(tmp_path)
    found = {path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"notes.txt": "mine", "board_0/Makefile": "new\n", "csim/main.cpp": "text\n"}


def test_a_folder_that_cannot_be_written_is_a_tool_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolError, match="can't write into"):
        BuildPlan({"Makefile": "text\n"}).write(tmp_path / "file" / "below")

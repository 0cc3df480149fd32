"""Every error becomes a message and an exit code; a traceback never reaches the terminal."""

import errno
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from fpdeep_gen.cli.group import ReportingGroup
from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.errors import ComparisonError, FpdeepError, InputError, Problem, ToolError

PROBLEMS = [
    Problem(Path("net.yaml"), 3, "layers[0].kernel", "an odd number", "`4`", "3 or 5"),
    Problem(None, None, "cluster", "2 boards", "1"),
]


def run(action: Callable[[], None], *arguments: str) -> Result:
    """Runs `action` as the only command of a group."""

    @click.group(cls=ReportingGroup)
    def group() -> None:
        """Root."""

    @group.command()
    @json_option
    def act() -> None:
        """Do it."""
        action()

    return CliRunner().invoke(group, ["act", *arguments])


def raising(error: BaseException) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action


def test_input_errors_show_every_problem_and_exit_2() -> None:
    result = run(raising(InputError(PROBLEMS)))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == (
        "net.yaml:3: layers[0].kernel: expected an odd number, found `4`\n"
        "    hint: 3 or 5\n"
        "cluster: expected 2 boards, found 1\n"
    )


@pytest.mark.parametrize("kind", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_place_that_cannot_be_written_is_the_users_to_change(kind: int) -> None:
    result = run(raising(OSError(kind, "whatever", "/out/x")))
    assert result.exit_code == 2
    assert result.stderr == f"/out/x: file: expected a place to read and write, found {os.strerror(kind).lower()}\n"
    unnamed = run(raising(OSError(kind, "whatever")))
    assert unnamed.exit_code == (2 if kind == errno.ENOSPC else 3)  # no place is named: a bug, or a write without room


def making(place: Path) -> Callable[[], None]:
    return lambda: place.mkdir(parents=True, exist_ok=True)


def test_what_is_in_the_way_is_the_users_to_change(tmp_path: Path) -> None:
    """A file where a folder is wanted, a folder where a file is wanted, a name that is too long, a loop of links."""
    file, folder, loop = tmp_path / "file", tmp_path / "folder", tmp_path / "loop"
    file.touch()
    folder.mkdir()
    loop.symlink_to(loop)
    actions = (
        making(file),
        making(file / "x"),
        lambda: folder.write_text("x"),
        lambda: file.replace(folder),
        making(tmp_path / ("x" * 300)),
        making(loop / "x"),
    )
    for action in actions:
        result = run(action)
        assert (result.exit_code, result.stdout) == (2, "")
        assert ": file: expected a place to read and write, found " in result.stderr


def test_a_missing_file_is_a_bug_unless_nothing_can_be_made_there(tmp_path: Path) -> None:
    assert run(lambda: (tmp_path / "missing" / "x").write_text("x")).exit_code == 3
    assert run(raising(FileNotFoundError(errno.ENOENT, "whatever", "missing"))).exit_code == 3


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only where there is a /proc")
def test_a_place_that_takes_no_files_is_the_users_to_change() -> None:
    result = run(making(Path("/proc/x/y")))
    assert (result.exit_code, result.stderr) == (
        2,
        "/proc/x: file: expected a place to read and write, found no such file or directory\n",
    )


def test_input_errors_as_json() -> None:
    result = run(raising(InputError(PROBLEMS)), "--json")
    assert result.exit_code == 2
    document = json.loads(result.stdout)
    assert document["exit_code"] == 2
    assert document["error"]["kind"] == "InputError"
    assert document["error"]["problems"] == [
        {
            "file": "net.yaml",
            "line": 3,
            "field": "layers[0].kernel",
            "expected": "an odd number",
            "found": "`4`",
            "hint": "3 or 5",
        },
        {"file": None, "line": None, "field": "cluster", "expected": "2 boards", "found": "1", "hint": ""},
    ]


@pytest.mark.parametrize(
    ("error", "exit_code", "text"),
    [
        (ComparisonError("weights differ"), 1, "error: weights differ\n"),
        (
            ToolError("g++ failed", ["g++", "a.cpp"], "a.cpp:1: no\n"),
            3,
            "error: g++ failed\ncommand: g++ a.cpp\na.cpp:1: no\n",
        ),
    ],
)
def test_other_errors_have_their_exit_code(error: FpdeepError, exit_code: int, text: str) -> None:
    result = run(raising(error))
    assert (result.exit_code, result.stderr) == (exit_code, text)


def test_a_bug_is_a_short_message_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = run(raising(KeyError("lost")), "--json")
    log = Path(json.loads(result.stdout)["error"]["log"])
    assert result.exit_code == 3
    assert result.stderr.splitlines()[0].endswith("KeyError: 'lost'")
    assert result.stderr.splitlines()[1] == f"traceback: {log}"
    assert "Traceback" not in result.stderr
    assert "KeyError: 'lost'" in log.read_text(encoding="utf-8")


def test_an_interrupt_exits_130() -> None:
    assert run(raising(KeyboardInterrupt())).exit_code == 130


def test_json_goes_to_standard_output_alone() -> None:
    def action() -> None:
        output = current_output()
        output.human.print("for people, k.cpp:100: not a picture")
        output.result({"b": 1, "a": [2]})

    result = run(action, "--json")
    assert json.loads(result.stdout) == {"a": [2], "b": 1}
    assert result.stderr == "for people, k.cpp:100: not a picture\n"
    plain = run(action)
    assert (plain.stdout, plain.stderr) == (result.stderr, "")


def test_errors_survive_the_way_from_another_process() -> None:
    sent = pickle.loads(pickle.dumps(InputError(PROBLEMS)))
    assert isinstance(sent, InputError)
    assert (str(sent), sent.problems) == (str(InputError(PROBLEMS)), tuple(PROBLEMS))
    tool = pickle.loads(pickle.dumps(ToolError("broke", ["cc", "x"], "log")))
    assert isinstance(tool, ToolError)
    assert (str(tool), tool.command, tool.log) == ("broke\ncommand: cc x\nlog", ("cc", "x"), "log")

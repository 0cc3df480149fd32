"""The commands as a user calls them: what they print, their JSON, their exit codes."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from fpdeep_gen import __version__
from fpdeep_gen.cli import doctor as doctor_module
from fpdeep_gen.cli.main import main
from fpdeep_gen.cli.tools import Tool, find_tools

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits"
NETWORK, CLUSTER = EXAMPLE / "network.yaml", EXAMPLE / "cluster.yaml"


def fpdeep(*arguments: object) -> Result:
    """Runs the command; its own errors never reach the test as exceptions."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def document(*arguments: object) -> Mapping[str, object]:
    """The JSON document of a run that must go well."""
    result = fpdeep(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    data = json.loads(result.stdout)
    assert isinstance(data, dict)
    return data


def planned(out: Path) -> Path:
    """An output folder with a plan."""
    assert fpdeep("plan", NETWORK, "--cluster", CLUSTER, "-o", out).exit_code == 0
    return out


STEPS = ("check", "plan", "generate", "csim", "rtl", "synth", "verify", "train", "report", "doctor", "run")


def test_the_version_and_the_commands_are_named() -> None:
    assert fpdeep("--version").stdout == f"fpdeep, version {__version__}\n"
    text = fpdeep("--help").stdout
    for command in (*STEPS, "hls"):
        assert f"\n  {command} " in text


@pytest.mark.parametrize("command", [*STEPS, "hls build", "hls cosim"])
def test_every_command_takes_json(command: str) -> None:
    assert "--json" in fpdeep(*command.split(), "--help").stdout


def test_check_shows_shapes_work_and_weights() -> None:
    data = document("check", NETWORK)
    network = data["network"]
    assert isinstance(network, dict)
    layers = {layer["name"]: layer for layer in network["layers"]}
    assert layers["conv2"]["input"] == [8, 4, 4]
    assert layers["conv2"]["output"] == [24, 2, 2]
    assert layers["conv2"]["weights"] == 24 * 8 * 3 * 3
    assert layers["conv2"]["forward_macs"] == 4 * 4 * 24 * 8 * 3 * 3
    text = fpdeep("check", NETWORK, "--cluster", CLUSTER).stdout
    assert "conv 3x3 + ReLU" in text
    assert "three_zedboards: 3 boards at 100 MHz" in text


def test_problems_of_network_and_cluster_come_together(tmp_path: Path) -> None:
    network, cluster = tmp_path / "net.yaml", tmp_path / "row.yaml"
    result = fpdeep("plan", network, "--cluster", cluster, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert result.stderr == (
        f"{network}: file: expected a readable YAML file, found no such file\n"
        f"{cluster}: file: expected a readable YAML file, found no such file\n"
    )
    assert not (tmp_path / "out").exists()


def test_a_missing_option_is_a_fault_of_the_input() -> None:
    result = fpdeep("plan", NETWORK)
    assert result.exit_code == 2
    assert "Missing option '--cluster'" in result.stderr


@pytest.mark.parametrize("command", ["generate", "csim", "rtl", "synth", "verify", "report"])
def test_commands_on_a_folder_without_a_plan_say_how_to_make_one(command: str, tmp_path: Path) -> None:
    result = fpdeep(command, tmp_path)
    assert result.exit_code == 2
    assert result.stderr == (
        f"{tmp_path}/plan.json: file: expected a plan, found no such file\n"
        f"    hint: make it with `fpdeep plan NETWORK --cluster CLUSTER -o {tmp_path}`\n"
    )


def test_plan_is_resumed_and_forced(tmp_path: Path) -> None:
    first = document("plan", NETWORK, "--cluster", CLUSTER, "-o", tmp_path)
    assert first["skipped"] is False
    text = (tmp_path / "plan.json").read_text(encoding="utf-8")
    assert document("plan", NETWORK, "--cluster", CLUSTER, "-o", tmp_path)["skipped"] is True
    assert document("plan", NETWORK, "--cluster", CLUSTER, "-o", tmp_path, "--force")["skipped"] is False
    assert (tmp_path / "plan.json").read_text(encoding="utf-8") == text
    boards = first["boards"]
    assert isinstance(boards, list)
    assert [board["type"] for board in boards] == ["zedboard"] * 3


def test_a_change_of_the_network_is_planned_again(tmp_path: Path) -> None:
    network = tmp_path / "network.yaml"
    network.write_text(NETWORK.read_text(encoding="utf-8"), encoding="utf-8")
    out = tmp_path / "out"
    assert document("plan", network, "--cluster", CLUSTER, "-o", out)["skipped"] is False
    network.write_text(NETWORK.read_text(encoding="utf-8").replace("channels: 24", "channels: 12"), encoding="utf-8")
    assert document("plan", network, "--cluster", CLUSTER, "-o", out)["skipped"] is False
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert plan["network"]["layers"][1]["out_channels"] == 12


def test_generate_makes_each_board_and_undoes_edits(tmp_path: Path) -> None:
    planned(tmp_path)
    assert document("generate", tmp_path)["skipped"] is False
    source = tmp_path / "board_1" / "src" / "board_1.cpp"
    text = source.read_text(encoding="utf-8")
    assert document("generate", tmp_path)["skipped"] is True
    source.write_text("// lost\n", encoding="utf-8")
    assert document("generate", tmp_path)["skipped"] is False
    assert source.read_text(encoding="utf-8") == text


def test_csim_rtl_and_verify_without_what_they_need(tmp_path: Path) -> None:
    planned(tmp_path)
    rtl = fpdeep("rtl", tmp_path)
    assert rtl.exit_code == 2
    assert rtl.stderr == (
        f"{tmp_path}/board_0/src/board_0.cpp: file: expected generated C++, found no such file\n"
        f"    hint: make it with `fpdeep generate {tmp_path}`\n"
    )
    csim = fpdeep("csim", tmp_path)
    assert csim.exit_code == 2
    for missing in ("csim/main.cpp", *(f"board_{board}/src/board_{board}.cpp" for board in range(3))):
        assert f"{tmp_path}/{missing}: file: expected generated C++, found no such file\n" in csim.stderr
    verify = fpdeep("verify", tmp_path, "--json")
    assert verify.exit_code == 2
    problems = json.loads(verify.stdout)["error"]["problems"]
    assert [problem["file"] for problem in problems] == [
        str(tmp_path / f"board_{board}" / "rtl" / f"board_{board}.json") for board in range(3)
    ]


def test_report_of_a_plan_alone_says_that_nothing_was_simulated(tmp_path: Path) -> None:
    planned(tmp_path)
    data = document("report", tmp_path)
    assert data["measured"] is None
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Planned only: nothing has been simulated yet." in text
    assert json.loads((tmp_path / "timeline.json").read_text(encoding="utf-8"))["traceEvents"]


def test_train_writes_what_it_learned(tmp_path: Path) -> None:
    data = document("train", NETWORK, "--epochs", 1, "-o", tmp_path)
    epochs = data["epochs"]
    assert isinstance(epochs, list)
    assert len(epochs) == 1
    assert 0.5 < epochs[0]["test_accuracy"] <= 1.0  # one epoch on the digits is far above the 0.1 of guessing
    with np.load(tmp_path / "weights.npz") as weights:
        shapes = {name: weights[name].shape for name in weights.files if name != "epochs"}
    assert shapes == {
        "conv1": (8, 1, 3, 3),
        "conv2": (24, 8, 3, 3),
        "fc": (10, 24, 2, 2),
    }
    assert json.loads((tmp_path / "train.json").read_text(encoding="utf-8"))["epochs"] == epochs


def test_doctor_finds_what_the_tests_run_with() -> None:
    data = document("doctor")
    tools = data["tools"]
    assert isinstance(tools, list)
    state = {tool["name"]: tool for tool in tools}
    assert state["llvmlite"]["version"] == "0.50.0"
    assert state["python"]["found"]
    assert data["missing"] == []


def test_doctor_exits_3_when_a_needed_tool_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = Tool("make", "builds simulations", True, False, "", "", "Debian: apt-get install make")
    optional = Tool("vivado", "place and route", False, False, "", "", "optional")
    monkeypatch.setattr(doctor_module, "find_tools", lambda: (lost, optional))
    result = fpdeep("doctor", "--json")
    assert result.exit_code == 3
    assert result.stderr.endswith("error: make is missing: Debian: apt-get install make\n")
    assert json.loads(result.stdout)["missing"] == ["make"]


def test_a_program_that_is_not_on_the_path_is_not_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    state = {tool.name: tool.found for tool in find_tools()}
    assert (state["make"], state["perl"], state["g++"]) == (False, False, False)
    assert state["python"]
    assert shutil.which("make") is None


def test_hls_build_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = fpdeep("hls", "build", tmp_path / "k.cpp", "--top", "k", "-o", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path}/k.cpp: file: expected a C++ source, found no such file\n"

"""`fpdeep check` on the networks that come with the program, on ONNX models, and on rows of boards."""

import json
import re
from pathlib import Path

from click.testing import CliRunner

from fpdeep_gen.cli.main import main
from fpdeep_gen.network.load import load_network
from tests.network.onnx_models import LIGHT


def test_table_of_a_large_network() -> None:
    result = CliRunner().invoke(main, ["check", "vgg16"])
    assert result.exit_code == 0, result.output
    rows = {line.split()[0]: line.split() for line in result.output.splitlines() if line.strip()}
    last = {name: " ".join(cells[-9:]) for name, cells in rows.items()}
    assert rows["image"] == ["image", "3", "x", "224", "x", "224", "147.0"]
    assert " ".join(rows["conv1_1"]) == "conv1_1 conv 3x3 + ReLU 64 x 224 x 224 1,728 86.70 M 0 86.70 M 6,272.0"
    assert last["conv5_3"] == "2.359 M 462.4 M 462.4 M 462.4 M 49.0"
    assert last["total"] == "138.3 M 15.47 G 15.38 G 15.47 G 17,656.0"
    assert "formats (weights, outputs, errors): 16.14, 16.11, 16.15" in " ".join(result.output.split())


def test_an_onnx_model_is_checked_with_notes_and_the_documents_agree() -> None:
    path = LIGHT / "light_vgg19.onnx"
    result = CliRunner().invoke(main, ["check", str(path), "--json"])
    assert result.exit_code == 0, result.output
    assert re.search(r"^note: light_vgg19\.onnx: 19 layers have biases, left out", result.stderr, re.MULTILINE)
    found = json.loads(result.stdout)["network"]["layers"]
    same = json.loads(CliRunner().invoke(main, ["check", "vgg19", "--json"]).stdout)["network"]["layers"]
    assert [{**layer, "name": ""} for layer in found] == [{**layer, "name": ""} for layer in same]


def test_so_many_boards_instead_of_the_clusters_own() -> None:
    arguments = ["check", "alexnet", "--cluster", "vc709-chain", "--json", "-n"]
    result = CliRunner().invoke(main, [*arguments, "7"])
    assert json.loads(result.stdout)["cluster"] == {"name": "vc709_chain", "boards": 7}
    assert CliRunner().invoke(main, [*arguments, "2000"]).exit_code == 2


def test_planning_boards_of_today_names_what_they_cannot_train(tmp_path: Path) -> None:
    path = LIGHT / "light_bvlc_alexnet.onnx"
    out = str(tmp_path / "out")
    result = CliRunner().invoke(main, ["plan", str(path), "--cluster", "vc709-chain", "--planner", "exact", "-o", out])
    assert result.exit_code == 2
    for text in (
        "dataset",
        "training.momentum",
        "Conv `n0`: stride: expected stride 1, found 4",
        "groups",
        "Dropout `n18`",
    ):
        assert text in result.stderr
    assert "Traceback" not in result.stderr


def test_an_onnx_model_becomes_a_file_that_says_the_same(tmp_path: Path) -> None:
    model, file = LIGHT / "light_bvlc_alexnet.onnx", tmp_path / "net.yaml"
    assert CliRunner().invoke(main, ["check", str(model), "--yaml", str(file)]).exit_code == 0
    assert load_network(file) == load_network(model)
    assert file.read_text().startswith("# 8 layers have biases")
    again = CliRunner().invoke(main, ["check", str(file), "--yaml", str(tmp_path / "other.yaml")])
    assert again.exit_code == 2 and not (tmp_path / "other.yaml").exists()


def test_equal_boards_are_one_row() -> None:
    output = CliRunner().invoke(main, ["check", "alexnet", "--cluster", "vc709-chain", "-n", "128"]).output
    rows = [" ".join(line.split()) for line in output.splitlines() if "vc709 " in line]
    tail = "vc709 xc7vx690tffg1761-2 3600 1470 433200 8 GB, 29.8 GB/s"
    assert rows == [f"0 to 126 {tail} 6 x 13.1 Gb/s, 60 cycles", f"127 {tail}"]


def test_names_that_nobody_knows() -> None:
    result = CliRunner().invoke(main, ["check", "vgg166", "--cluster", "vc709-chains"])
    assert result.exit_code == 2
    assert "did you mean `vgg16`?" in result.stderr and "did you mean `vc709-chain`?" in result.stderr
    assert CliRunner().invoke(main, ["check", "vgg16", "-n", "3"]).exit_code == 2

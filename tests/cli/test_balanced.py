"""`fpdeep plan` with the balanced planner, and what `fpdeep generate` says of its plan."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fpdeep_gen.cli.main import main

ROOT = Path(__file__).parents[2]
ALEXNET, CHAIN = ROOT / "networks" / "alexnet.yaml", ROOT / "boards" / "clusters" / "vc709-chain.yaml"
DIGITS = ROOT / "examples" / "digits"


def fpdeep(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_network_out_of_generations_reach_gets_a_balanced_plan(tmp_path: Path) -> None:
    planned = fpdeep("plan", ALEXNET, "--cluster", CHAIN, "-n", 30, "-o", tmp_path)
    assert planned.exit_code == 0, planned.output
    assert "a balanced plan, which cannot be generated yet:" in planned.stdout
    assert re.search(r"bound [\d,]+ \(multipliers\): 9\d\.\d% of it", planned.stdout)
    assert "an epoch of 1,281,167 images, 10,009 mini-batches: " in planned.stdout
    assert "limited by multipliers; fullest memory: board" in planned.stdout
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["kind"] == "balanced"
    generated = fpdeep("generate", tmp_path)
    assert generated.exit_code == 2
    for gap in (
        "layers.fc6.dropout",
        "training.momentum",
        "stores: expected all on chip",
        "kind: expected an exact plan",
    ):
        assert gap in generated.stderr, gap
    assert generated.stderr.count("hint:") == 1


def test_a_network_within_reach_gets_an_exact_plan_unless_asked_otherwise(tmp_path: Path) -> None:
    inputs = (DIGITS / "network.yaml", "--cluster", DIGITS / "cluster.yaml")
    assert fpdeep("plan", *inputs, "-o", tmp_path / "auto").exit_code == 0
    exact = json.loads((tmp_path / "auto" / "plan.json").read_text(encoding="utf-8"))
    assert "kind" not in exact
    asked = fpdeep("plan", *inputs, "-o", tmp_path / "balanced", "--planner", "balanced", "--json")
    assert asked.exit_code == 0, asked.output
    document = json.loads(asked.stdout)
    assert document["kind"] == "balanced"
    # digits' 1437 training images in batches of 16
    assert (document["epoch"]["images"], document["epoch"]["batches"]) == (1437, 89)
    assert document["epoch"]["seconds"] * document["images_per_second"] == pytest.approx(89 * 16)
    for folder, words in (("auto", "Planned only"), ("balanced", "One mini-batch")):
        assert words in (tmp_path / folder / "plan.html").read_text(encoding="utf-8")
        trace = json.loads((tmp_path / folder / "plan_timeline.json").read_text(encoding="utf-8"))
        assert {event["pid"] for event in trace["traceEvents"]} == {0, 1, 2}


def test_a_plan_is_compared_with_other_ways(tmp_path: Path) -> None:
    result = fpdeep("compare", DIGITS / "network.yaml", "--cluster", DIGITS / "cluster.yaml", "-o", tmp_path, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert [row["kind"] for row in document["rows"]] == ["plan"] + ["baseline"] * 5
    assert "PipeDream" in result.stderr
    assert json.loads((tmp_path / "compare.json").read_text(encoding="utf-8"))["rows"] == document["rows"]
    assert (tmp_path / "compare.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (tmp_path / "plan.json").is_file()


def test_a_pipeline_can_be_asked_to_be_short(tmp_path: Path) -> None:
    inputs = ("plan", DIGITS / "network.yaml", "--cluster", DIGITS / "cluster.yaml")
    asked = fpdeep(*inputs, "-o", tmp_path, "--planner", "balanced", "--fill", 1.5, "--json")
    assert asked.exit_code == 0, asked.output
    found = json.loads(asked.stdout)
    assert found["fill"] <= 1.5
    assert found["intake"] < found["interval"]
    words = f"cycles apart for so short a pipeline; engines could take one every {found['intake']:,}"
    assert words in asked.stderr
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert words in page
    assert "Limited by the pipeline&#39;s fill." in page


def test_a_fill_that_no_plan_has_or_an_exact_plan_is_not_asked_for_is_refused(tmp_path: Path) -> None:
    inputs = ("plan", DIGITS / "network.yaml", "--cluster", DIGITS / "cluster.yaml", "-o", tmp_path)
    less = fpdeep(*inputs, "--planner", "balanced", "--fill", 0.5)
    assert (less.exit_code, "0.5 is not in the range x>=1" in less.stderr) == (2, True)
    exact = fpdeep(*inputs, "--fill", 2)
    assert exact.exit_code == 2
    assert "--fill: expected a balanced plan, found an exact one" in exact.stderr
    assert "--planner balanced" in exact.stderr
    assert not (tmp_path / "plan.json").exists()

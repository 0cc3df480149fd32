"""A training that was stopped goes on to the very weights of one that was not."""

import json
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from fpdeep_gen.cli.checkpoint import TRAIN_FILE, WEIGHTS_FILE, read_checkpoint
from fpdeep_gen.cli.main import main
from fpdeep_gen.network.load import load_network

EXAMPLES = Path(__file__).parents[2] / "examples"
NETWORK = EXAMPLES / "digits" / "network.yaml"


def train(out: Path, epochs: int, *more: str) -> list[dict[str, float]]:
    arguments = ["train", str(NETWORK), "--epochs", str(epochs), "-o", str(out), "--json", *more]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.stderr
    epochs_done = json.loads(result.stdout)["epochs"]
    assert isinstance(epochs_done, list)
    return epochs_done


def weights(out: Path) -> dict[str, list[int]]:
    with np.load(out / WEIGHTS_FILE) as arrays:
        return {name: arrays[name].ravel().tolist() for name in arrays.files}


def test_a_resumed_training_equals_an_unbroken_one(tmp_path: Path) -> None:
    whole = train(tmp_path / "whole", 2)
    first = train(tmp_path / "parts", 1)
    both = train(tmp_path / "parts", 2)
    assert first == whole[:1]
    assert both == whole
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")


def test_a_finished_training_is_not_done_again_unless_forced(tmp_path: Path) -> None:
    train(tmp_path, 1)
    before = (tmp_path / WEIGHTS_FILE).stat().st_mtime_ns
    train(tmp_path, 1)
    assert (tmp_path / WEIGHTS_FILE).stat().st_mtime_ns == before
    train(tmp_path, 1, "--force")
    assert (tmp_path / WEIGHTS_FILE).stat().st_mtime_ns > before


def test_weights_that_do_not_belong_to_the_record_are_not_used(tmp_path: Path) -> None:
    train(tmp_path, 1)
    network = load_network(NETWORK)
    record = json.loads((tmp_path / TRAIN_FILE).read_text(encoding="utf-8"))
    assert read_checkpoint(tmp_path, network, record["key"]) is not None
    assert read_checkpoint(tmp_path, network, "another") is None
    record["epochs"] *= 2
    (tmp_path / TRAIN_FILE).write_text(json.dumps(record), encoding="utf-8")
    assert read_checkpoint(tmp_path, network, record["key"]) is None


def test_the_rtl_engine_needs_a_cluster(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["train", str(NETWORK), "--engine", "rtl", "-o", str(tmp_path)])
    assert result.exit_code == 2
    assert result.stderr == "--cluster: expected a cluster file, found none\n    hint: the rtl engine needs boards\n"

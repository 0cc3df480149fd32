"""`fpdeep train`: whole epochs on the golden model, which gives the same bits as the boards."""

import json
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np
from rich.table import Table

from fpdeep_gen.cli.options import network_argument, out_option
from fpdeep_gen.cli.output import Output, current_output, json_option
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.golden.data import Dataset, load_dataset
from fpdeep_gen.golden.train import EpochResult, Training
from fpdeep_gen.golden.train import train as train_golden
from fpdeep_gen.network.load import load_network
from fpdeep_gen.network.model import Network


@click.command()
@network_argument
@out_option
@click.option("--epochs", type=click.IntRange(min=1), help="Epochs to train (default: what the network says).")
@json_option
def train(network_path: Path, out: Path, epochs: int | None) -> None:
    """Train NETWORK on its data set bit-exactly; OUT gets train.json and weights.npz (raw integers, one a layer)."""
    output = current_output()
    network = load_network(network_path)
    done = _train(output, network, load_dataset(network), epochs or network.training.epochs)
    _write(out, network, done)
    output.human.print(_table(network, done))
    output.result({"network": network.name, "epochs": [asdict(epoch) for epoch in done.epochs], "out": str(out)})
    _require_no_wraps(network_path, done)


def _train(output: Output, network: Network, dataset: Dataset, epochs: int) -> Training:
    with output.progress() as progress:
        task = progress.add_task("training", total=epochs)

        def on_epoch(epoch: EpochResult) -> None:
            progress.update(task, advance=1, description=f"test accuracy {epoch.test_accuracy:.2%}")

        return train_golden(network, dataset, epochs, on_epoch=on_epoch)


def _write(out: Path, network: Network, done: Training) -> None:
    out.mkdir(parents=True, exist_ok=True)
    arrays = {layer.name: weights for layer, weights in zip(network.layers, done.weights, strict=True)}
    temporary = out / "weights.tmp.npz"
    np.savez_compressed(temporary, allow_pickle=False, **arrays)
    temporary.replace(out / "weights.npz")
    epochs = [asdict(epoch) for epoch in done.epochs]
    (out / "train.json").write_text(json.dumps({"network": network.name, "epochs": epochs}, indent=2), encoding="utf-8")


def _table(network: Network, done: Training) -> Table:
    table = Table(title=f"Training {network.name}", title_justify="left")
    for heading in ("epoch", "steps", "training loss", "training accuracy", "test loss", "test accuracy"):
        table.add_column(heading, justify="right")
    for epoch in done.epochs:
        table.add_row(
            str(epoch.epoch + 1),
            f"{epoch.steps:,}",
            f"{epoch.train_loss:.4f}",
            f"{epoch.train_accuracy:.2%}",
            f"{epoch.test_loss:.4f}",
            f"{epoch.test_accuracy:.2%}",
        )
    return table


def _require_no_wraps(path: Path, done: Training) -> None:
    """A sum that overflowed means that the chosen formats do not fit the network."""
    wraps = sum(epoch.wraps for epoch in done.epochs)
    if wraps:
        hint = "a wider accumulator, or formats with fewer fraction bits"
        raise InputError(
            [Problem(path, None, "formats", "sums that fit the accumulators", f"{wraps:,} that wrap", hint)]
        )

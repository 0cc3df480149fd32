"""`fpdeep train`: whole epochs, on the golden model or on the simulated chain of boards: the same bits."""

from dataclasses import asdict, replace
from enum import Enum
from pathlib import Path

import click
from rich.table import Table

from fpdeep_gen.cli.checkpoint import Checkpoint, Epoch, read_checkpoint, wraps_of, write_checkpoint
from fpdeep_gen.cli.options import force_option, jobs_option, network_argument, out_option
from fpdeep_gen.cli.output import Output, current_output, json_option
from fpdeep_gen.cli.steps import input_key
from fpdeep_gen.cli.verification import WORK_FOLDER, write_origin
from fpdeep_gen.cli.workflow import generate_step, load_inputs, plan_step, read_network, rtl_steps
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.golden.data import Dataset, load_dataset
from fpdeep_gen.golden.model import initial_weights
from fpdeep_gen.golden.train import train as train_golden
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.toolchain import Effort
from fpdeep_gen.sim.train import train_on_chain
from fpdeep_gen.sim.verify import build_rtl_chain


class Engine(Enum):
    """What trains."""

    GOLDEN = "golden"
    RTL = "rtl"


@click.command()
@network_argument
@out_option
@click.option(
    "--cluster", "cluster_path", metavar="CLUSTER", type=click.Path(path_type=Path), help="Boards; needed for rtl."
)
@click.option("--engine", type=click.Choice(Engine, case_sensitive=False), default=Engine.GOLDEN, show_default="golden")
@click.option("--epochs", type=click.IntRange(min=1), help="Epochs to train (default: what the network says).")
@jobs_option
@force_option
@json_option
def train(
    network_path: Path,
    out: Path,
    cluster_path: Path | None,
    engine: Engine,
    epochs: int | None,
    jobs: int,
    force: bool,
) -> None:
    """Train NETWORK on its data set, bit-exactly; OUT gets train.json and weights.npz (raw integers, one a layer).

    The golden engine goes on where it stopped. The rtl engine simulates every board and compares every result and,
    after each epoch, every weight with the golden model.
    """
    output = current_output()
    if engine is Engine.GOLDEN:
        network = read_network(network_path, for_training=True)
        done = _on_golden(output, out, network, epochs or network.training.epochs, force)
    else:
        network, done = _on_chain(output, out, network_path, cluster_path, epochs, jobs, force)
    output.table(_table(network, done))
    epochs_done = [asdict(epoch) for epoch in done.epochs]
    output.result({"network": network.name, "engine": engine.value, "epochs": epochs_done, "out": str(out)})
    _require_no_wraps(network_path, done)


def _on_golden(output: Output, out: Path, network: Network, epochs: int, force: bool) -> Checkpoint:
    """Epoch by epoch, each kept."""
    key = input_key("train golden", [repr(network)])
    found = None if force else read_checkpoint(out, network, key)
    state = found or Checkpoint(key, (), initial_weights(network))
    dataset = load_dataset(network)
    with output.progress() as progress:
        task = progress.add_task("training", total=epochs, completed=len(state.epochs))
        for number in range(len(state.epochs), epochs):
            part = train_golden(network, dataset, number + 1, state.weights, number)
            epoch = Epoch(**asdict(part.epochs[-1]))
            state = replace(state, epochs=(*state.epochs, epoch), weights=part.weights)
            write_checkpoint(out, network, state)
            progress.update(task, advance=1, description=f"test accuracy {epoch.test_accuracy:.2%}")
    return state


def _on_chain(
    output: Output,
    out: Path,
    network_path: Path,
    cluster_path: Path | None,
    epochs: int | None,
    jobs: int,
    force: bool,
) -> tuple[Network, Checkpoint]:
    """Plans, generates and compiles in OUT as far as needed, then simulates the whole training."""
    if cluster_path is None:
        raise InputError([Problem(None, None, "--cluster", "a cluster file", "none", "the rtl engine needs boards")])
    network, cluster = load_inputs(network_path, cluster_path)
    plan, _ = plan_step(out, network, cluster, force)
    write_origin(out, network_path, cluster_path)
    generate_step(out, plan, force)
    rtl_steps(out, plan, force, jobs)
    count = epochs or network.training.epochs
    key = input_key("train rtl", [(out / "plan.json").read_bytes(), str(count)])
    found = None if force else read_checkpoint(out, network, key)
    if found is None:
        found = _simulate(output, out, plan, load_dataset(network), count, key)
        write_checkpoint(out, network, found)
    return network, found


def _simulate(output: Output, out: Path, plan: Plan, dataset: Dataset, epochs: int, key: str) -> Checkpoint:
    with output.status.status("building the simulation"):
        model = build_rtl_chain(plan, out, out / WORK_FOLDER / "build", Effort.FAST_RUN)
    with output.progress() as progress:
        task = progress.add_task("words from the chain", total=None)
        done = train_on_chain(
            plan,
            model,
            dataset,
            epochs,
            out / WORK_FOLDER / "train",
            lambda count, total: progress.update(task, completed=count, total=total),
        )
    run = done.run
    output.human.print(
        f"{run.cycles:,} clock cycles simulated, {run.cycles_per_second:,.0f} a second; every image's result and "
        "the weights after every epoch equal the golden model's"
    )
    return Checkpoint(key, tuple(Epoch(**asdict(epoch)) for epoch in done.epochs), done.weights)


def _table(network: Network, done: Checkpoint) -> Table:
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


def _require_no_wraps(path: Path, done: Checkpoint) -> None:
    """A sum that overflowed means that the chosen formats do not fit the network."""
    wraps = wraps_of(done.epochs)
    if wraps:
        hint = "a wider accumulator, or formats with fewer fraction bits"
        raise InputError(
            [Problem(path, None, "formats", "sums that fit the accumulators", f"{wraps:,} that wrap", hint)]
        )

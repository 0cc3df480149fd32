"""Whole epochs on the RTL chain, with the test set inferred after each, and the same on golden for comparison."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.golden.model import initial_weights
from fpdeep_gen.network.dataset import Dataset, epoch_batches
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.chain import DEFAULT_LIMITS, ChainModel, Limits, run_chain
from fpdeep_gen.sim.chain_report import ChainRun
from fpdeep_gen.sim.compare import Difference, Golden, result_differences, run_golden, weight_differences
from fpdeep_gen.sim.host import (
    BatchResult,
    Command,
    Dump,
    HostOutput,
    Infer,
    LayerWeights,
    Load,
    Program,
    Train,
    decode,
    encode,
)
from fpdeep_gen.sim.outcome import mean_loss


@dataclass(frozen=True)
class EpochOnChain:
    """One epoch: means over its mini-batches as they were seen, and the test set after it. `wraps`: sums that
    overflowed, as the golden model counted them."""

    epoch: int
    steps: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    wraps: int


@dataclass(frozen=True)
class TrainingOnChain:
    """A finished training. `weights`: after the last epoch, equal to golden's."""

    epochs: tuple[EpochOnChain, ...]
    weights: LayerWeights
    run: ChainRun


def training_program(plan: Plan, dataset: Dataset, epochs: int, weights: LayerWeights | None = None) -> Program:
    """LOAD, then for each epoch its mini-batches, INFER of the whole test set, DUMP."""
    network = plan.network
    settings = network.training
    commands: list[Command] = [Load(initial_weights(network) if weights is None else weights)]
    step = 0
    for epoch in range(epochs):
        for rows in epoch_batches(settings.seed, epoch, len(dataset.train_labels), settings.batch):
            images, labels = dataset.train_images[rows], dataset.train_labels[rows]
            commands.append(Train(images, labels, step, settings.seed, plan.learning_rate_raw))
            step += 1
        commands += [Infer(dataset.test_images, dataset.test_labels), Dump()]
    return Program(tuple(commands))


def train_on_chain(
    plan: Plan,
    model: ChainModel,
    dataset: Dataset,
    epochs: int,
    directory: Path,
    progress: Callable[[int, int], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    threads: int = 1,
) -> TrainingOnChain:
    """Train on the RTL chain for `epochs`; `progress` hears (words that came back, words in all) now and then.

    `ComparisonError` if any result or any weight after any epoch is not golden's.
    """
    program = training_program(plan, dataset, epochs)
    words = encode(plan, program)
    expected = {"host_result": words.expected_results, "host_dump": words.expected_dump}
    total = sum(expected.values())
    tell = (lambda count: progress(count, total)) if progress else None
    run = run_chain(model, words.inputs(), expected, directory, limits, threads, tell)
    output = decode(plan, program, run.outputs["host_result"], run.outputs["host_dump"])
    golden = require_golden(plan, program, output)
    return TrainingOnChain(_epochs(program, output.results, golden.batch_wraps), output.dumps[-1], run)


def require_golden(plan: Plan, program: Program, output: HostOutput) -> Golden:
    """What golden gives; `ComparisonError` with the first differences unless all results and dumps are golden's."""
    golden = run_golden(plan, program)
    found: list[Difference] = []
    for number, (want, got) in enumerate(zip(golden.output.results, output.results, strict=True)):
        found += result_differences(number + 1, want, got)[1]
    for number, (expected, dumped) in enumerate(zip(golden.output.dumps, output.dumps, strict=True)):
        found += weight_differences(plan.network, number + 1, expected, dumped)[1]
    if found:
        lines = [f"    {difference}" for difference in found[:10]]
        raise ComparisonError(
            "\n".join(["training on RTL and on golden differ (steps: batches, dumps: epochs)", *lines])
        )
    return golden


def _epochs(program: Program, results: Sequence[BatchResult], wraps: Sequence[int]) -> tuple[EpochOnChain, ...]:
    epochs: list[EpochOnChain] = []
    losses: list[float] = []
    right: list[float] = []
    steps = 0
    wrapped = 0
    batches = [command for command in program.commands if isinstance(command, Train | Infer)]
    for command, result, overflows in zip(batches, results, wraps, strict=True):
        wrapped += overflows
        accuracy = float((command.labels == result.predicted).mean())
        if isinstance(command, Train):
            losses.append(mean_loss(result))
            right.append(accuracy)
            steps += 1
        else:
            trained = float(np.mean(losses)), float(np.mean(right))
            epochs.append(EpochOnChain(len(epochs), steps, *trained, mean_loss(result), accuracy, wrapped))
            losses, right, wrapped = [], [], 0
    return tuple(epochs)

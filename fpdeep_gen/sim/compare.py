"""Comparison of what a chain gave back with the golden model, bit for bit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.golden.model import StepResult, infer, train_step
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.host import BatchResult, Dump, HostOutput, Infer, LayerWeights, Load, Program, Train

Integers = NDArray[np.int64]

FIRST_DIFFERENCES = 8
"""How many single values of each tensor are named."""


@dataclass(frozen=True)
class Difference:
    """One value that is not golden's. `what`: a layer's weights or a result; `index`: [o, i, kr, kc] or [image]."""

    step: int
    what: str
    index: tuple[int, ...]
    expected: int
    found: int

    def __str__(self) -> str:
        return f"step {self.step}, {self.what}{list(self.index)}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True)
class Golden:
    """What the golden model gives for a program: the same as a chain, and each trained step in full.

    `batch_wraps[k]`: sums that overflowed in the k-th TRAIN or INFER.
    """

    output: HostOutput
    steps: tuple[StepResult, ...]
    batch_wraps: tuple[int, ...]

    @property
    def wraps(self) -> int:
        """Sums that overflowed in the whole program."""
        return sum(self.batch_wraps)


def run_golden(plan: Plan, program: Program) -> Golden:
    """Run a program on the golden model. The program loads weights before it needs any."""
    weights: LayerWeights = ()
    results: list[BatchResult] = []
    dumps: list[LayerWeights] = []
    steps: list[StepResult] = []
    wraps: list[int] = []
    for command in program.commands:
        match command:
            case Load():
                weights = command.weights
            case Dump():
                dumps.append(weights)
            case Train():
                done = golden_step(plan, weights, command)
                weights = done.weights
                steps.append(done)
                results.append(BatchResult(done.probability_raw, done.predicted))
                wraps.append(done.wraps)
            case Infer():
                test = infer(plan.network, weights, command.images, command.labels)
                results.append(BatchResult(test.probability_raw, test.predicted))
                wraps.append(test.wraps)
    return Golden(HostOutput(tuple(results), tuple(dumps)), tuple(steps), tuple(wraps))


def golden_step(plan: Plan, weights: LayerWeights, command: Train) -> StepResult:
    """One TRAIN command on the golden model."""
    if command.seed != plan.network.training.seed:
        raise ValueError(f"expected the network's seed {plan.network.training.seed}, found {command.seed}")
    return train_step(
        plan.network,
        weights,
        command.images,
        command.labels,
        command.step,
        command.learning_rate_raw,
        plan.learning_rate_fraction,
    )


def weight_differences(
    network: Network, step: int, expected: LayerWeights, found: LayerWeights
) -> tuple[int, list[Difference]]:
    """(number of weights that differ, the first of them in each layer)."""
    total, named = 0, []
    for layer, want, got in zip(network.layers, expected, found, strict=True):
        wrong = np.argwhere(want != got)
        total += len(wrong)
        named += [
            Difference(step, f"weights of {layer.name}", index, int(want[index]), int(got[index]))
            for index in _tuples(wrong[:FIRST_DIFFERENCES])
        ]
    return total, named


def result_differences(step: int, expected: BatchResult, found: BatchResult) -> tuple[int, list[Difference]]:
    """(number of images whose result differs, the first differences)."""
    pairs = (
        ("probability of the label, image ", expected.probability_raw, found.probability_raw),
        ("predicted class, image ", expected.predicted, found.predicted),
    )
    wrong = np.zeros(len(expected.predicted), dtype=bool)
    named: list[Difference] = []
    for what, want, got in pairs:
        wrong |= want != got
        named += [
            Difference(step, what, index, int(want[index]), int(got[index]))
            for index in _tuples(np.argwhere(want != got)[:FIRST_DIFFERENCES])
        ]
    return int(wrong.sum()), named


def _tuples(rows: Sequence[Integers] | Integers) -> Iterator[tuple[int, ...]]:
    return (tuple(int(value) for value in row) for row in rows)

"""What a run of `verification_program` gave, beside the golden model's: weights and results, compared bit for bit."""

from dataclasses import dataclass

from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.golden.softmax import losses
from fpdeep_gen.network.model import Network
from fpdeep_gen.sim.compare import Difference, Golden, result_differences, weight_differences
from fpdeep_gen.sim.host import BatchResult, HostOutput, Infer, Program, Train

SHOWN_DIFFERENCES = 10


@dataclass(frozen=True)
class StepVerification:
    """One SGD step. `loss`: mean over the mini-batch, from the chain's result words; `golden_loss`: golden's.
    `differing_weights`, `differing_results`: weights after the step and images whose results are not golden's."""

    step: int
    images: int
    loss: float
    golden_loss: float
    differing_weights: int
    differing_results: int


@dataclass(frozen=True)
class Outcome:
    """The comparison of a run. `compared_weights`: number of comparisons of a weight; `golden_wraps`: sums that
    overflowed in the golden model; `accuracy`: share of right predictions on the test images (None: none given)."""

    equal: bool
    compared_weights: int
    steps: tuple[StepVerification, ...]
    differences: tuple[Difference, ...]
    golden_wraps: int
    accuracy: float | None


def compare_outputs(network: Network, program: Program, golden: Golden, output: HostOutput) -> Outcome:
    """Compare each dump and each batch's results with golden's. Step 0 are the loaded weights."""
    pairs = list(zip(golden.output.dumps, output.dumps, strict=True))
    weights = [weight_differences(network, step, want, got) for step, (want, got) in enumerate(pairs)]
    results = [
        result_differences(number + 1, want, got)
        for number, (want, got) in enumerate(zip(golden.output.results, output.results, strict=True))
    ]
    trained = len(pairs) - 1  # the single images are no steps
    steps = tuple(
        StepVerification(
            step=number + 1,
            images=len(output.results[number].predicted),
            loss=mean_loss(output.results[number]),
            golden_loss=golden.steps[number].loss,
            differing_weights=weights[number + 1][0],
            differing_results=results[number][0],
        )
        for number in range(trained)
    )
    return Outcome(
        equal=not any(count for count, _ in [*weights, *results]),
        compared_weights=len(pairs) * sum(layer.weight_count for layer in network.layers),
        steps=steps,
        differences=tuple(difference for _, named in [*weights, *results] for difference in named),
        golden_wraps=golden.wraps,
        accuracy=_accuracy(program, output),
    )


def require_equal(outcome: Outcome, side: str) -> None:
    """Raise `ComparisonError` with the first differences unless there are none. `side`: what ran (RTL, C++)."""
    if outcome.equal:
        return
    wrong = sum(step.differing_weights for step in outcome.steps)
    lines = [f"{side} and golden differ: {wrong} of {outcome.compared_weights} compared weights"]
    lines += [f"    {difference}" for difference in outcome.differences[:SHOWN_DIFFERENCES]]
    raise ComparisonError("\n".join(lines))


def mean_loss(result: BatchResult) -> float:
    """Mean loss of a batch."""
    return float(losses(result.probability_raw).mean())


def _accuracy(program: Program, output: HostOutput) -> float | None:
    batches = [command for command in program.commands if isinstance(command, Train | Infer)]
    tests = [
        (command.labels, result.predicted)
        for command, result in zip(batches, output.results, strict=True)
        if isinstance(command, Infer)
    ]
    if not tests:
        return None
    right = sum(int((labels == predicted).sum()) for labels, predicted in tests)
    return right / sum(len(labels) for labels, _ in tests)

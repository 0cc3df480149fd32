"""Verification: several SGD steps on the RTL chain and on the golden model, every weight compared after every step."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.golden.model import initial_weights
from fpdeep_gen.golden.softmax import losses
from fpdeep_gen.network.dataset import Dataset, epoch_batches
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.chain import DEFAULT_LIMITS, ChainModel, Limits, build_chain, links_of, run_chain
from fpdeep_gen.sim.chain_report import ChainRun, SimulationStall
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
from fpdeep_gen.sim.measure import Measurement, engine_watches, measure
from fpdeep_gen.sim.rtl import load_rtl_board
from fpdeep_gen.sim.toolchain import Effort

Integers = NDArray[np.int64]

GOLDEN_FILE = "weights_golden.npz"
RTL_FILE = "weights_rtl.npz"
SUMMARY_FILE = "summary.json"


@dataclass(frozen=True)
class Batch:
    """Raw images [n, channels, rows, columns] and their labels [n]."""

    images: Integers
    labels: Integers


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
class Verification:
    """Everything that a verification found. `compared_weights`: number of comparisons of a weight. `accuracy`: share
    of right predictions of the chain on the test images (None: none given)."""

    equal: bool
    compared_weights: int
    steps: tuple[StepVerification, ...]
    differences: tuple[Difference, ...]
    golden_wraps: int
    accuracy: float | None
    run: ChainRun
    measurement: Measurement


def training_batches(network: Network, dataset: Dataset, count: int, images: int | None = None) -> tuple[Batch, ...]:
    """The first `count` mini-batches of a training of `network`, of `images` each (default: what the network says)."""
    size = images or network.training.batch
    chosen: list[Batch] = []
    epoch = 0
    while len(chosen) < count:
        for rows in epoch_batches(network.training.seed, epoch, len(dataset.train_labels), size):
            chosen.append(Batch(dataset.train_images[rows], dataset.train_labels[rows]))
        epoch += 1
    return tuple(chosen[:count])


def verification_program(plan: Plan, batches: Sequence[Batch], test: Batch | None = None) -> Program:
    """LOAD, DUMP, then TRAIN, DUMP for each batch, TRAIN of one image twice before the last DUMP, INFER of `test`.

    The single images are there for the latency: the second finds every board idle, as dumps do not. Their learning
    rate is 0, so they change no weight; the dump behind them lets the run go on until their last gradient.
    """
    training = plan.network.training
    commands: list[Command] = [Load(initial_weights(plan.network)), Dump()]
    for step, batch in enumerate(batches):
        commands.append(Train(batch.images, batch.labels, step, training.seed, plan.learning_rate_raw))
        if step + 1 == len(batches):
            commands += 2 * [Train(batch.images[:1], batch.labels[:1], len(batches), training.seed, 0)]
        commands.append(Dump())
    if test is not None:
        commands.append(Infer(test.images, test.labels))
    return Program(tuple(commands))


def build_rtl_chain(plan: Plan, project: Path, cache: Path, effort: Effort = Effort.QUICK_BUILD) -> ChainModel:
    """The chain of the RTL in `<project>/board_<b>/rtl`, with a watch on each engine."""
    boards = [load_rtl_board(project / f"board_{b}" / "rtl", f"board_{b}") for b in range(len(plan.cluster.boards))]
    return build_chain(boards, links_of(plan), engine_watches(plan), cache, effort)


def verify(
    plan: Plan,
    project: Path,
    directory: Path,
    batches: Sequence[Batch],
    test: Batch | None = None,
    limits: Limits = DEFAULT_LIMITS,
    threads: int = 1,
) -> Verification:
    """Train `batches` on the RTL in `project` and on golden, then infer `test` on both; compare everything.

    Writes weights_rtl.npz, weights_golden.npz and summary.json into `directory`, then raises `ComparisonError` if
    anything differs. `SimulationStall` if the chain stops by itself, `ComparisonError` if what it sends cannot be
    weights; summary.json then holds nothing but that `failure`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    model = build_rtl_chain(plan, project, directory / "build")
    program = verification_program(plan, batches, test)
    golden = run_golden(plan, program)
    write_weights(directory / GOLDEN_FILE, plan.network, golden.output.dumps)
    try:
        run, output = run_program(plan, model, program, directory / "run", limits, threads)
    except ComparisonError as error:
        _write_summary(directory, failure_summary(plan, error))
        raise
    write_weights(directory / RTL_FILE, plan.network, output.dumps)
    done = compare(plan, program, golden, run, output)
    _write_summary(directory, summary(plan, done))
    require_equal(done)
    return done


def run_program(
    plan: Plan, model: ChainModel, program: Program, directory: Path, limits: Limits = DEFAULT_LIMITS, threads: int = 1
) -> tuple[ChainRun, HostOutput]:
    """Run a program on the RTL chain."""
    words = encode(plan, program)
    expected = {"host_result": words.expected_results, "host_dump": words.expected_dump}
    run = run_chain(model, words.inputs(), expected, directory, limits, threads)
    return run, decode(plan, program, run.outputs["host_result"], run.outputs["host_dump"])


def compare(plan: Plan, program: Program, golden: Golden, run: ChainRun, output: HostOutput) -> Verification:
    """Compare what a run of `verification_program` gave with golden's. Step 0 are the loaded weights."""
    network = plan.network
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
    return Verification(
        equal=not any(count for count, _ in [*weights, *results]),
        compared_weights=len(pairs) * sum(layer.weight_count for layer in network.layers),
        steps=steps,
        differences=tuple(difference for _, named in [*weights, *results] for difference in named),
        golden_wraps=golden.wraps,
        accuracy=_accuracy(program, output),
        run=run,
        measurement=measure(plan, program, run),
    )


def require_equal(done: Verification) -> None:
    """Raise `ComparisonError` with the first differences unless there are none."""
    if done.equal:
        return
    wrong = sum(step.differing_weights for step in done.steps)
    lines = [f"RTL and golden differ: {wrong} of {done.compared_weights} compared weights"]
    lines += [f"    {difference}" for difference in done.differences[:10]]
    raise ComparisonError("\n".join(lines))


def write_weights(path: Path, network: Network, dumps: Sequence[LayerWeights]) -> None:
    """One array a layer and step: `<layer>/step_<n>`, [o][i][kr][kc]; step 0: as loaded."""
    arrays = {
        f"{layer.name}/step_{step}": weights
        for step, dump in enumerate(dumps)
        for layer, weights in zip(network.layers, dump, strict=True)
    }
    temporary = path.with_suffix(".new.npz")
    np.savez_compressed(temporary, allow_pickle=False, **arrays)
    temporary.replace(path)


def mean_loss(result: BatchResult) -> float:
    """Mean loss of a batch."""
    return float(losses(result.probability_raw).mean())


def _write_summary(directory: Path, document: Mapping[str, object]) -> None:
    (directory / SUMMARY_FILE).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def failure_summary(plan: Plan, error: ComparisonError) -> dict[str, object]:
    """What summary.json holds when the chain gave nothing to compare. `full`, `empty`: [board's top, stream]."""
    stall = error if isinstance(error, SimulationStall) else None
    return {
        "equal": False,
        "failure": {
            "kind": "comparison" if stall is None else "stall",
            "message": str(error),
            "cycle": None if stall is None else stall.cycle,
            "full": [] if stall is None else stall.full,
            "empty": [] if stall is None else stall.empty,
        },
        "compared_weights": 0,
        "steps": [],
        "differences": [],
        "golden_wraps": 0,
        "accuracy": None,
        "interval": {"planned": plan.prediction.interval, "simulated": None},
        "latency": {"planned": plan.prediction.latency, "simulated": None},
        "engines": [],
        "links": [],
        "cycles": 0 if stall is None else stall.cycle,
        "seconds": 0.0,
        "cycles_per_second": 0.0,
    }


def summary(plan: Plan, done: Verification) -> dict[str, object]:
    """What summary.json holds."""
    measured = done.measurement
    return {
        "equal": done.equal,
        "compared_weights": done.compared_weights,
        "steps": [asdict(step) for step in done.steps],
        "differences": [asdict(difference) for difference in done.differences],
        "golden_wraps": done.golden_wraps,
        "accuracy": done.accuracy,
        "interval": {"planned": plan.prediction.interval, "simulated": measured.interval},
        "latency": {"planned": plan.prediction.latency, "simulated": measured.latency},
        "engines": engine_rows(plan, measured),
        "links": [asdict(link) for link in measured.links],
        "cycles": done.run.cycles,
        "seconds": done.run.seconds,
        "cycles_per_second": done.run.cycles_per_second,
    }


def engine_rows(plan: Plan, measured: Measurement) -> list[dict[str, object]]:
    """Each engine's multipliers, the fewest that its work needs in the planned interval, and how busy they were."""
    return [
        {
            "name": one.engine.name,
            "board": one.engine.board,
            "multipliers": one.engine.multipliers,
            "fewest_multipliers": one.engine.fewest_multipliers(plan.prediction.interval),
            "cycles_per_image": one.engine.cycles_per_image,
            "interval": one.interval,
            "busy": one.busy,
        }
        for one in measured.engines
    ]


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

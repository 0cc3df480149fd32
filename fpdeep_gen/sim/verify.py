"""Verification: several SGD steps on the RTL chain and on the golden model, every weight compared after every step."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.batches import Batch, verification_program
from fpdeep_gen.sim.chain import DEFAULT_LIMITS, ChainModel, Limits, build_chain, links_of, run_chain
from fpdeep_gen.sim.chain_report import ChainRun, SimulationStall
from fpdeep_gen.sim.compare import Golden, run_golden
from fpdeep_gen.sim.host import HostOutput, LayerWeights, Program, decode, encode
from fpdeep_gen.sim.measure import Measurement, engine_watches, measure
from fpdeep_gen.sim.outcome import Outcome, compare_outputs, require_equal
from fpdeep_gen.sim.rtl import load_rtl_board
from fpdeep_gen.sim.toolchain import Effort

GOLDEN_FILE = "weights_golden.npz"
RTL_FILE = "weights_rtl.npz"
SUMMARY_FILE = "summary.json"


@dataclass(frozen=True)
class Verification:
    """Everything that a verification found."""

    outcome: Outcome
    run: ChainRun
    measurement: Measurement


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
    effort: Effort = Effort.QUICK_BUILD,
) -> Verification:
    """Train `batches` on the RTL in `project` and on golden, then infer `test` on both; compare everything.

    Writes weights_rtl.npz, weights_golden.npz and summary.json into `directory`, then raises `ComparisonError` if
    anything differs. `SimulationStall` if the chain stops by itself, `ComparisonError` if what it sends cannot be
    weights; summary.json then holds nothing but that `failure`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    model = build_rtl_chain(plan, project, directory / "build", effort)
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
    require_equal(done.outcome, "RTL")
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
    """Compare what a run of `verification_program` gave with golden's, and measure it."""
    return Verification(compare_outputs(plan.network, program, golden, output), run, measure(plan, program, run))


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
        **asdict(done.outcome),
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

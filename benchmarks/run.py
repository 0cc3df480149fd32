"""Measures planning, generation, compilation and chain simulation of the examples; prints tables and writes JSON.

    python -m benchmarks.run --output build/bench [--example digits] [--batches 4]

Without --example all of them, and the kernels of benchmarks/hls.py.

Times are wall-clock seconds of one run on this machine; memory is the peak of the process that did the step.
"""

import argparse
import json
import multiprocessing
import os
import platform
import resource
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import hls
from benchmarks.hls_kernels import KERNELS
from fpdeep_gen.cli.verification import Amount, verify_step
from fpdeep_gen.cli.workflow import generate_step, load_inputs, plan_step, read_plan, rtl_steps
from fpdeep_gen.report.evidence_files import load_evidence
from fpdeep_gen.report.figures import engine_rows

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Timing:
    """One step: seconds, and the peak memory of its process and of that process's largest child (MiB)."""

    step: str
    seconds: float
    peak_mib: float
    child_peak_mib: float


@dataclass(frozen=True)
class EngineFigure:
    """One engine in steady state, planned and simulated."""

    name: str
    multipliers: int
    cycles_per_image: int
    planned_busy: float
    simulated_busy: float | None


@dataclass(frozen=True)
class Result:
    """Everything measured on one example."""

    example: str
    machine: str
    timings: tuple[Timing, ...]
    multipliers: int
    planned_interval: int
    simulated_interval: float | None
    cycles: int
    simulation_seconds: float
    images: int
    equal: bool
    engines: tuple[EngineFigure, ...]


def goals(result: Result) -> list[tuple[str, float, str, bool]]:
    """What is asked of the demo: its name, the value found, the goal, and whether it is reached."""
    planning = sum(one.seconds for one in result.timings if one.step in ("plan", "generate"))
    peak = max(max(one.peak_mib, one.child_peak_mib) for one in result.timings)
    speed = result.cycles / result.simulation_seconds if result.simulation_seconds else 0.0
    return [
        ("plan and generate, s", planning, "< 2", planning < 2),
        ("peak memory of a process, MiB", peak, "< 4096", peak < 4096),
        ("chain simulation, cycles/s", speed, ">= 100,000", speed >= 100_000),
    ]


def measured(step: str, action: Callable[..., None], *arguments: object) -> Timing:
    """Runs `action` in a fresh process, so that each step's memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        seconds, own, children = pool.submit(_timed, action, *arguments).result()
    return Timing(step, seconds, own / 1024, children / 1024)


def _timed(action: Callable[..., None], *arguments: object) -> tuple[float, int, int]:
    begin = time.perf_counter()
    action(*arguments)
    seconds = time.perf_counter() - begin
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return seconds, own, children


def plan_it(network: Path, cluster: Path, out: Path) -> None:
    """Reads both files and plans."""
    plan_step(out, *load_inputs(network, cluster), force=True)


def generate_it(out: Path) -> None:
    """Generates every board."""
    generate_step(out, read_plan(out), force=True)


def compile_it(out: Path) -> None:
    """Compiles every board, one after the other, so that the seconds add up."""
    rtl_steps(out, read_plan(out), force=True, jobs=1)


def verify_it(out: Path, batches: int) -> None:
    """Builds the chain's simulation, runs it and the golden model, and compares."""
    verify_step(out, read_plan(out), Amount(batches, None, 0), force=True)


def bench(example: str, out: Path, batches: int) -> Result:
    """All steps of one example, from nothing."""
    folder = ROOT / "examples" / example
    shutil.rmtree(out, ignore_errors=True)
    timings = [
        measured("plan", plan_it, folder / "network.yaml", folder / "cluster.yaml", out),
        measured("generate", generate_it, out),
        measured("compile all boards", compile_it, out),
        measured("verify, build included", verify_it, out, batches),
        measured("verify again", verify_it, out, batches),
    ]
    plan, evidence = read_plan(out), load_evidence(out)
    if evidence is None:
        raise RuntimeError(f"{out}: the verification left no summary")
    busy = {engine.name: engine.busy for engine in evidence.engines}
    return Result(
        example=example,
        machine=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        timings=tuple(timings),
        multipliers=sum(engine.multipliers for engine in plan.engines),
        planned_interval=plan.prediction.interval,
        simulated_interval=evidence.interval,
        cycles=evidence.cycles,
        simulation_seconds=evidence.simulation_seconds,
        images=sum(step.images for step in evidence.steps),
        equal=evidence.equal,
        engines=tuple(
            EngineFigure(row.name, row.multipliers, row.cycles_per_image, row.busy, busy.get(row.name))
            for row in engine_rows(plan)
        ),
    )


def show(console: Console, result: Result) -> None:
    """Tables of one example."""
    table = Table(title=f"{result.example} ({result.machine})", title_justify="left")
    table.add_column("step")
    for heading in ("seconds", "peak MiB", "largest child, MiB"):
        table.add_column(heading, justify="right")
    for timing in result.timings:
        table.add_row(timing.step, f"{timing.seconds:.2f}", f"{timing.peak_mib:.0f}", f"{timing.child_peak_mib:.0f}")
    console.print(table)
    speed = result.cycles / result.simulation_seconds if result.simulation_seconds else 0.0
    console.print(
        f"simulated {result.cycles:,} cycles in {result.simulation_seconds:.2f} s: {speed:,.0f} cycles/s, "
        f"{speed * result.multipliers / 1e6:,.0f} M multipliers x cycles/s; "
        f"{result.images} images; equal: {result.equal}"
    )
    for name, value, goal, reached in goals(result):
        console.print(f"{name}: {value:,.1f} (goal {goal}){'' if reached else ': missed'}")
    simulated = "too few images" if result.simulated_interval is None else f"{result.simulated_interval:,.1f}"
    console.print(f"interval planned {result.planned_interval:,}, simulated {simulated}")
    engines = Table(title="Engines", title_justify="left")
    engines.add_column("engine")
    for heading in ("multipliers", "cycles/image", "busy planned", "busy simulated"):
        engines.add_column(heading, justify="right")
    for engine in result.engines:
        busy = "" if engine.simulated_busy is None else f"{engine.simulated_busy:.1%}"
        cells = (str(engine.multipliers), f"{engine.cycles_per_image:,}", f"{engine.planned_busy:.1%}", busy)
        engines.add_row(engine.name, *cells)
    console.print(engines)


def main() -> None:
    """Measures the named examples, or all that have a cluster."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path("build/bench"))
    parser.add_argument("--example", action="append", help="folder of examples/; several may be given")
    parser.add_argument("--batches", type=int, default=4)
    options = parser.parse_args()
    examples = options.example or sorted(path.parent.name for path in (ROOT / "examples").glob("*/cluster.yaml"))
    console = Console()
    options.output.mkdir(parents=True, exist_ok=True)
    if options.example is None:
        hls.measure(console, KERNELS, options.output)
    for example in examples:
        result = bench(example, options.output / example / "project", options.batches)
        show(console, result)
        text = json.dumps(asdict(result), indent=2) + "\n"
        (options.output / f"{example}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

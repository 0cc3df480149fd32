"""Plans AlexNet, VGG-16 and VGG-19 on rows of VC709 boards, beside the baselines: tables in docs/ and JSON.

    python -m benchmarks.planner [--network vgg16] [--cluster vc709-chain] [-n 83] [-j 2] [--output FILE.json] [--docs]

Every plan is made in a process of its own, so CPU seconds are those of one plan on one core, and the peak of memory is
that of its process. Results are kept (`--keep`) and made anew only where the program or its inputs have changed, so
that what was interrupted goes on where it was. Rates are the planner's predictions, GOP/J estimates.
"""

import argparse
import json
import multiprocessing
import os
import resource
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from rich.console import Console

from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.cli.steps import input_key
from fpdeep_gen.energy.model import load_energy
from fpdeep_gen.errors import InputError
from fpdeep_gen.network.load import load_network
from fpdeep_gen.partition.bounds import bounds_of
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.report.balanced import flat_text
from fpdeep_gen.report.comparison import HEADINGS, ComparisonRow, comparison_rows, row_texts
from fpdeep_gen.report.points import Point, figures_of, reason_of

NETWORKS = ("alexnet", "alexnet-grouped", "vgg16", "vgg19")
CLUSTERS = ("vc709-chain", "vc709-chain-3")
BOARDS = (6, 32, 45, 60, 83, 104, 128)
COMPARED = 83
"""Boards at which the baselines are shown."""

ROOT = Path(__file__).parent.parent
DOCS, KEPT = ROOT / "docs" / "planner_results.md", ROOT / "build" / "planner"
COLUMNS = (
    "network", "lanes", "boards", "images/s", "in batches", "of linear", "of bound", "balance", "fill",
    "fullest memory", "busiest link", "fully connected weights", "GOP/J", "limit", "CPU s", "MiB",
)  # fmt: skip

HEAD = """# Plans of AlexNet, VGG-16 and VGG-19
Written by `{command}`. What the columns mean and how plans are made stands in [planner.md](planner.md), how the
baselines are estimated in [baselines.md](baselines.md). Rates are the planner's predictions within a batch, GOP/J
estimates by its model of energy.

In batches: images a second with the gaps between mini-batches (128 images for AlexNet, 256 for VGG).

Of linear: part of the work bound. Of bound: part of what neither multipliers nor links let any plan of the family pass.
Balance: busiest board over mean. Fill: latency in intervals. CPU s, MiB: planning on one core, the peak of its process.
"""


@dataclass(frozen=True)
class Job:
    """One plan to make."""

    network: str
    cluster: str
    boards: int


@dataclass(frozen=True)
class Result:
    """What came of it: the point of the scaling curve, where fully connected weights are, rows of a comparison at
    `COMPARED` boards; CPU seconds of planning and the process's peak memory."""

    network: str
    lanes: int
    point: Point
    flat: str
    comparison: tuple[ComparisonRow, ...]
    seconds: float
    peak_mib: float


@dataclass(frozen=True)
class Kept:
    """A result in a file, with the `key` of the program and the inputs that it was made of."""

    key: str
    result: Result


def file_of(job: Job, folder: Path) -> Path:
    """Where a result is kept."""
    return folder / f"{Path(job.network).stem}_{Path(job.cluster).stem}_{job.boards}.json"


def key_of(job: Job) -> str:
    """Digest of the program and of what it reads."""
    network, cluster = load_network(Path(job.network)), load_cluster(Path(job.cluster), job.boards)
    return input_key("benchmark", [repr(network), repr(cluster), repr(load_energy())])


def kept(job: Job, folder: Path) -> Result | None:
    """A result of an earlier run, if nothing has changed since."""
    try:
        found = TypeAdapter(Kept).validate_json(file_of(job, folder).read_bytes())
    except (OSError, ValidationError):
        return None
    return found.result if found.key == key_of(job) else None


def keep(job: Job, result: Result, folder: Path) -> None:
    """Writes a result for later runs."""
    folder.mkdir(parents=True, exist_ok=True)
    file = file_of(job, folder)
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(Kept(key_of(job), result)), indent=1) + "\n", encoding="utf-8")
    fresh.replace(file)


def results_of(jobs: Sequence[Job], processes: int, folder: Path) -> Iterator[tuple[Job, Result]]:
    """Results as they are ready, those that are kept first."""
    todo = []
    for job in jobs:
        found = kept(job, folder)
        if found is None:
            todo.append(job)
        else:
            yield job, found
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, max_tasks_per_child=1) as pool:
        futures = {pool.submit(measure, job): job for job in todo}
        for future in as_completed(futures):
            keep(futures[future], future.result(), folder)
            yield futures[future], future.result()


def measure(job: Job) -> Result:
    """Makes the plan in this process."""
    network, cluster = load_network(Path(job.network)), load_cluster(Path(job.cluster), job.boards)
    model, flat, comparison = load_energy(), "", tuple[ComparisonRow, ...]()
    begin = time.process_time()
    try:
        plan = make_balanced_plan(network, cluster, way_out=False)
        reason = ""
    except InputError as error:
        plan, reason = None, reason_of(error.problems)
    seconds = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    clock, bounds = cluster.clock_mhz * 1e6, bounds_of(network, cluster)
    figures = None
    if plan is not None:
        figures, flat = figures_of(plan, model), flat_text(plan)
        comparison = comparison_rows(plan, model) if job.boards == COMPARED else ()
    point = Point(job.boards, clock / bounds.work, clock / bounds.interval, figures, reason)
    return Result(job.network, cluster.links[0].lanes, point, flat, comparison, seconds, peak)


def texts(result: Result) -> tuple[str, ...]:
    """A row of the table of plans, in the order of `COLUMNS`."""
    point, found = result.point, result.point.figures
    head = (result.network, str(result.lanes), str(point.boards))
    tail = (f"{result.seconds:.1f}", f"{result.peak_mib:.0f}")
    if found is None:
        return (*head, *("",) * 10, f"no plan: {point.reason}", *tail)
    return (
        *head,
        f"{found.steady:,.0f}",
        f"{found.images_per_second:,.0f}",
        f"{found.of_bound:.3f}",
        f"{found.steady / point.bound:.3f}",
        f"{found.balance:.3f}",
        f"{found.fill:.2f}",
        f"{found.memory:.2f}",
        "" if found.link_load is None else f"{found.link_load:.2f}",
        result.flat,
        f"{found.estimated_gops_per_joule:.1f}",
        found.limit,
        *tail,
    )


def document(results: Sequence[Result], command: str) -> str:
    """The tables as Markdown."""
    lines = [HEAD.format(command=command), *markdown(COLUMNS, [texts(result) for result in results])]
    for result in results:
        if result.comparison:
            boards = result.point.boards
            lines += ["", f"## {result.network} on {boards} boards, {result.lanes} lanes: beside other ways"]
            lines += markdown(("", *HEADINGS, "limit"), [_row(row) for row in result.comparison])
    return "\n".join(lines) + "\n"


def _row(row: ComparisonRow) -> tuple[str, ...]:
    name = f"{row.name} ({row.note})" if row.note else row.name
    return (name, *row_texts(row), row.limit)


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def main() -> None:
    """Entry of `python -m benchmarks.planner`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", action="append", dest="networks")
    parser.add_argument("--cluster", action="append", dest="clusters")
    parser.add_argument("-n", type=int, action="append", dest="boards")
    parser.add_argument("-j", type=int, default=os.cpu_count(), dest="jobs", help="plans at the same time")
    parser.add_argument("--keep", type=Path, default=KEPT, help="folder of results for later runs")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--docs", type=Path, nargs="?", const=DOCS, help=f"write the tables (default: {DOCS.name})")
    options = parser.parse_args()
    console = Console(width=200)
    jobs = [
        Job(network, cluster, boards)
        for network in options.networks or NETWORKS
        for cluster in options.clusters or CLUSTERS
        for boards in options.boards or BOARDS
    ]
    found = {}
    for job, result in results_of(jobs, options.jobs, options.keep):
        found[job] = result
        console.print("  ".join(text for text in texts(result) if text), soft_wrap=True, highlight=False)
    results = [found[job] for job in jobs]
    console.print(f"{len(results)} plans, {sum(result.seconds for result in results):.0f} CPU s")
    if options.output is not None:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        records = [asdict(result) for result in results]
        options.output.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")
    if options.docs is not None:
        text = document(results, shlex.join(["python", "-m", "benchmarks.planner", *sys.argv[1:]]))
        options.docs.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

"""The points of a sweep as resumable steps, in processes of their own or on a Dask cluster."""

import json
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from pydantic import TypeAdapter

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.cli.steps import STATE_FOLDER, Step, input_key, is_current, run_step, tool_digest
from fpdeep_gen.energy.model import EnergyModel
from fpdeep_gen.errors import InputError, ToolError
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.bounds import bounds_of
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.report.points import Point, figures_of, reason_of

_POINT = TypeAdapter(Point)

DASK = "fpdeep-gen[dask]"
"""What to install for --scheduler."""

CONNECT_SECONDS = 10


@dataclass(frozen=True)
class PointJob:
    """One number of boards to plan."""

    step: Step
    network: Network
    cluster: Cluster
    model: EnergyModel

    @property
    def file(self) -> str:
        """Where the point is kept, below the step's folder."""
        return f"{STATE_FOLDER}/{self.step.name}.point.json"


def plan_points(
    out: Path,
    network: Network,
    clusters: Mapping[int, Cluster],
    model: EnergyModel,
    jobs: int,
    force: bool = False,
    scheduler: str | None = None,
    point_done: Callable[[Point], None] | None = None,
) -> tuple[tuple[Point, ...], int]:
    """A point for each cluster, by boards, and how many were made anew.

    `jobs` at the same time (0: one a core), or on the workers of the Dask cluster at `scheduler`. Each point is kept as
    soon as it is ready, and `point_done` hears of it.
    """
    todo = [_job(out, boards, network, cluster, model) for boards, cluster in sorted(clusters.items())]
    stale = [job for job in todo if force or not is_current(job.step)]
    points = [_read(job) for job in todo if job not in stale]
    if point_done is not None:
        for point in points:
            point_done(point)
    for job, point in _plan_all(stale, jobs or os.cpu_count() or 1, scheduler):
        _keep(job, point)
        points.append(point)
        if point_done is not None:
            point_done(point)
    return tuple(sorted(points, key=lambda point: point.boards)), len(stale)


def _job(out: Path, boards: int, network: Network, cluster: Cluster, model: EnergyModel) -> PointJob:
    name = f"sweep_{boards}"
    return PointJob(
        Step(out, name, input_key("sweep", [repr(network), repr(cluster), repr(model)])), network, cluster, model
    )


def _plan_all(jobs: Sequence[PointJob], processes: int, scheduler: str | None) -> Iterator[tuple[PointJob, Point]]:
    """Plans on a Dask cluster, or in processes of their own, the last job first: long chains take longest, and
    processes end together where short ones are left for the end. A single job stays here."""
    if scheduler is None and (len(jobs) <= 1 or processes == 1):
        for job in jobs:
            yield job, plan_point(job.network, job.cluster, job.model)
        return
    with _dask(scheduler) if scheduler is not None and jobs else _local(min(processes, len(jobs))) as pool:
        futures = {pool.submit(plan_point, job.network, job.cluster, job.model): job for job in reversed(jobs)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            for future in futures:
                future.cancel()


def _local(processes: int) -> Executor:
    # Spawned, not forked: the progress bar's thread must not be cloned.
    return ProcessPoolExecutor(max(1, processes), mp_context=multiprocessing.get_context("spawn"))


@contextmanager
def _dask(scheduler: str) -> Iterator[Executor]:
    """The workers of a running Dask cluster. Raises `ToolError` where `distributed` is missing, no scheduler answers,
    there are no workers, or one of them has another version of this program."""
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise ToolError("--scheduler needs the package distributed", ["pip", "install", DASK]) from error
    try:
        client = distributed.Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        command = ["dask", "scheduler"]
        raise ToolError(f"no Dask scheduler answers at {scheduler}: {error}", command) from error
    with client:
        if not client.scheduler_info()["workers"]:
            raise ToolError(f"the Dask cluster at {scheduler} has no workers", ["dask", "worker", scheduler])
        try:
            others = [worker for worker, digest in client.run(tool_digest).items() if digest != tool_digest()]
        except ImportError as error:
            raise ToolError(f"a worker of the Dask cluster at {scheduler} has no fpdeep_gen: {error}") from error
        if others:
            raise ToolError(f"workers with another version of fpdeep_gen: {', '.join(others)}")
        with client.get_executor(pure=False) as executor:
            yield executor


def _keep(job: PointJob, point: Point) -> None:
    def produce(fresh: Path) -> None:
        path = fresh / job.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(point), indent=1) + "\n", encoding="utf-8")

    run_step(job.step, produce, force=True)


def plan_point(network: Network, cluster: Cluster, model: EnergyModel) -> Point:
    """The figures of a balanced plan, or the reason why there is none."""
    boards = len(cluster.boards)
    clock, bounds = cluster.clock_mhz * 1e6, bounds_of(network, cluster)
    linear, bound = clock / bounds.work, clock / bounds.interval
    try:
        plan = make_balanced_plan(network, cluster, way_out=False)
    except InputError as error:
        return Point(boards, linear, bound, None, reason_of(error.problems))
    return Point(boards, linear, bound, figures_of(plan, model))


def _read(job: PointJob) -> Point:
    return _POINT.validate_json((job.step.out / job.file).read_text(encoding="utf-8"), strict=True)

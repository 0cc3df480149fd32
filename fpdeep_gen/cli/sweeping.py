"""The points of a sweep as resumable steps, in processes of their own."""

import json
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.cli.steps import STATE_FOLDER, Step, input_key, is_current, run_step
from fpdeep_gen.errors import InputError
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.bounds import bounds_of
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.partition.points import Point, figures_of, reason_of

_POINT = TypeAdapter(Point)


@dataclass(frozen=True)
class PointJob:
    """One number of boards to plan."""

    step: Step
    network: Network
    cluster: Cluster

    @property
    def file(self) -> str:
        """Where the point is kept, below the step's folder."""
        return f"{STATE_FOLDER}/{self.step.name}.point.json"


def plan_points(
    out: Path,
    network: Network,
    clusters: Mapping[int, Cluster],
    jobs: int,
    force: bool = False,
    point_done: Callable[[Point], None] | None = None,
) -> tuple[tuple[Point, ...], int]:
    """A point for each cluster, by boards, `jobs` at the same time (0: one a core), and how many were made anew.
    `point_done` hears of each as it is ready."""
    todo = [_job(out, boards, network, cluster) for boards, cluster in sorted(clusters.items())]
    stale = [job for job in todo if force or not is_current(job.step)]
    points = [_read(job) for job in todo if job not in stale]
    if point_done is not None:
        for point in points:
            point_done(point)
    for point in _plan_all(stale, jobs or os.cpu_count() or 1):
        points.append(point)
        if point_done is not None:
            point_done(point)
    return tuple(sorted(points, key=lambda point: point.boards)), len(stale)


def _job(out: Path, boards: int, network: Network, cluster: Cluster) -> PointJob:
    name = f"sweep_{boards}"
    return PointJob(Step(out, name, input_key("sweep", [repr(network), repr(cluster)])), network, cluster)


def _plan_all(jobs: Sequence[PointJob], processes: int) -> Iterator[Point]:
    """Plans in processes of their own; a single job stays here."""
    if len(jobs) <= 1 or processes == 1:
        yield from map(_plan, jobs)
        return
    # Spawned, not forked: the progress bar's thread must not be cloned.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(jobs)), mp_context=context) as pool:
        futures = [pool.submit(_plan, job) for job in jobs]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _plan(job: PointJob) -> Point:
    def produce(fresh: Path) -> None:
        path = fresh / job.file
        path.parent.mkdir(parents=True, exist_ok=True)
        point = plan_point(job.network, job.cluster)
        path.write_text(json.dumps(asdict(point), indent=1) + "\n", encoding="utf-8")

    run_step(job.step, produce, force=True)
    return _read(job)


def plan_point(network: Network, cluster: Cluster) -> Point:
    """The figures of a balanced plan, or the reason why there is none."""
    boards = len(cluster.boards)
    bound = cluster.clock_mhz * 1e6 / bounds_of(network, cluster).work
    try:
        plan = make_balanced_plan(network, cluster, way_out=False)
    except InputError as error:
        return Point(boards, bound, None, reason_of(error.problems))
    return Point(boards, bound, figures_of(plan))


def _read(job: PointJob) -> Point:
    return _POINT.validate_json((job.step.out / job.file).read_text(encoding="utf-8"), strict=True)

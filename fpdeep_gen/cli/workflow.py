"""The steps of a run as functions: inputs -> plan -> generated project -> RTL. Verification and report: `evidence`."""

import multiprocessing
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import click

from fpdeep_gen.board.load import load_cluster
from fpdeep_gen.board.model import Cluster, Link
from fpdeep_gen.cli.steps import Done, Step, input_key, is_current, quoted, run_step
from fpdeep_gen.emit.generate import generate
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.files import read_text
from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.network.load import load_with_notes
from fpdeep_gen.network.model import Network
from fpdeep_gen.network.trainable import lacks
from fpdeep_gen.partition.document import balanced_from_json, balanced_to_json, is_balanced
from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.partition.planner import make_balanced_plan
from fpdeep_gen.partition.reach import generation_gaps
from fpdeep_gen.plan.document import plan_from_json, plan_to_json
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.plan.planner import make_plan

PLAN_FILE = "plan.json"

MOST_EXACT_BOARDS = 16
"""Longer chains get a balanced plan."""

KERNELS_FOLDER = "hls_kernels"


@dataclass(frozen=True)
class BoardJob:
    """Compilation of one board's C++ into RTL."""

    step: Step
    board: int
    clock_mhz: float


def read_network(path: Path, for_training: bool = False, for_boards: bool = False) -> Network:
    """Reads a network or an ONNX model, and says on standard error what the user should know of how it was read."""
    loaded = load_with_notes(path, for_training, for_boards)
    for note in loaded.notes:
        click.echo(f"note: {path.name}: {note}", err=True)
    return loaded.network


def load_inputs(
    network_path: Path, cluster_path: Path, for_training: bool = True, boards: int | None = None
) -> tuple[Network, Cluster]:
    """Reads both files; `boards` boards instead of the cluster's own number. Raises `InputError` with the problems of
    both, and `for_training` with what cannot be trained on boards yet."""
    problems: list[Problem] = []
    try:
        network = read_network(network_path, for_training, for_boards=for_training)
    except InputError as error:
        problems.extend(error.problems)
    try:
        cluster = load_cluster(cluster_path, boards)
    except InputError as error:
        problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return network, cluster


def plan_step(out: Path, network: Network, cluster: Cluster, force: bool) -> tuple[Plan, Done]:
    """OUT/plan.json. Raises `InputError` where the network does not fit the cluster."""
    step = Step(out, "plan", input_key("plan", [repr(network), repr(cluster)]))

    def produce(fresh: Path) -> None:
        (fresh / PLAN_FILE).write_text(plan_to_json(make_plan(network, cluster)), encoding="utf-8")

    done = run_step(step, produce, force)
    return read_plan(out), done


def unreachable(network: Network, cluster: Cluster) -> list[str]:
    """Why the exact planner is not asked: what generation cannot build yet, or more boards than it is for."""
    reasons = [f"{lack.field}: generation takes {lack.expected}, found {lack.found}" for lack in lacks(network)]
    if len(cluster.boards) > MOST_EXACT_BOARDS:
        reasons.append(f"{len(cluster.boards)} boards, more than the {MOST_EXACT_BOARDS} of an exact plan")
    return reasons


def further_link(cluster_path: Path) -> Link | None:
    """The link that joins two boards of a cluster file; None where it describes none, or not two boards."""
    try:
        return load_cluster(cluster_path, 2).links[0]
    except InputError:
        return None


def balanced_step(
    out: Path, network: Network, cluster: Cluster, force: bool, link: Link | None, fill: float | None
) -> tuple[BalancedPlan, Done]:
    """OUT/plan.json with a balanced plan. Raises `InputError` where the network does not fit the cluster; `link`: that
    to further boards, which may do; `fill`: the most intervals that an image may take (None: any)."""
    step = Step(out, "plan", input_key("balanced", [repr(network), repr(cluster), repr(fill)]))

    def produce(fresh: Path) -> None:
        made = make_balanced_plan(network, cluster, link=link, fill=fill)
        (fresh / PLAN_FILE).write_text(balanced_to_json(made), encoding="utf-8")

    done = run_step(step, produce, force)
    path = out / PLAN_FILE
    return balanced_from_json(path.read_text(encoding="utf-8"), path), done


def read_plan(out: Path) -> Plan:
    """The plan in OUT/plan.json. Raises `InputError` where there is none."""
    path = out / PLAN_FILE
    text = read_text(path, "a plan", f"make it with `fpdeep plan NETWORK --cluster CLUSTER -o {quoted(out)}`")
    if is_balanced(text):
        raise InputError(generation_gaps(balanced_from_json(text, path), path))
    return plan_from_json(text, path)


def generate_step(out: Path, plan: Plan, force: bool) -> Done:
    """The generated project of every board, under OUT."""

    def produce(fresh: Path) -> None:
        generate(plan).write(fresh)
        (fresh / PLAN_FILE).unlink(missing_ok=True)  # belongs to the plan step, and says the same

    return run_step(Step(out, "generate", input_key("generate", [plan_to_json(plan)])), produce, force)


def rtl_steps(
    out: Path, plan: Plan, force: bool, jobs: int, board_done: Callable[[Done], None] | None = None
) -> tuple[Done, ...]:
    """OUT/board_<b>/rtl of every board, `jobs` at the same time (0: one a core). `board_done` hears of each."""
    todo = [_board_job(out, board, plan.cluster.clock_mhz) for board in range(len(plan.cluster.boards))]
    stale = [job for job in todo if force or not is_current(job.step)]
    results = {job.board: Done(job.step.name, skipped=True, seconds=0.0) for job in todo if job not in stale}
    for done in results.values():
        _tell(board_done, done)
    for board, done in _compile_all(stale, jobs or os.cpu_count() or 1):
        results[board] = done
        _tell(board_done, done)
    return tuple(results[board] for board in sorted(results))


def _tell(listener: Callable[[Done], None] | None, done: Done) -> None:
    if listener is not None:
        listener(done)


def _compile_all(jobs: Sequence[BoardJob], processes: int) -> list[tuple[int, Done]]:
    """Compiles in processes of their own; a single job stays here, where a debugger can follow it."""
    if len(jobs) <= 1 or processes == 1:
        return [(job.board, _compile_board(job)) for job in jobs]
    # Spawned, not forked: the progress bar's thread must not be cloned.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(jobs)), mp_context=context) as pool:
        futures = {pool.submit(_compile_board, job): job.board for job in jobs}
        return [(futures[future], future.result()) for future in as_completed(futures)]


def _board_job(out: Path, board: int, clock_mhz: float) -> BoardJob:
    folder = out / f"board_{board}" / "src"
    if not (folder / f"board_{board}.cpp").is_file():
        hint = f"make it with `fpdeep generate {quoted(out)}`"
        raise InputError([Problem(folder / f"board_{board}.cpp", None, "file", "generated C++", "no such file", hint)])
    sources = [*sorted(folder.iterdir()), *sorted((out / KERNELS_FOLDER).glob("*.h"))]
    texts = [path.read_bytes() for path in sources if path.is_file()]
    name = f"rtl_board_{board}"
    return BoardJob(Step(out, name, input_key(name, [*texts, str(clock_mhz)])), board, clock_mhz)


def _compile_board(job: BoardJob) -> Done:
    """Compiles one board (also in a process of its own)."""
    name = f"board_{job.board}"
    source = job.step.out / name / "src"
    kernels = job.step.out / KERNELS_FOLDER

    def produce(fresh: Path) -> None:
        made = compile_kernel(source / f"{name}.cpp", name, [source, kernels], fresh / "work" / "rtl", job.clock_mhz)
        target = fresh / name / "rtl"
        target.mkdir(parents=True)
        for path in (made.verilog, made.report_file):
            path.replace(target / path.name)
        shutil.rmtree(fresh / "work")  # with the compiler's own cache, which the step's stamp makes superfluous

    return run_step(job.step, produce, force=True)

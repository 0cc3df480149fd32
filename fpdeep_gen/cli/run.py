"""`fpdeep run`: all steps, from two YAML files to the report."""

from pathlib import Path

import click

from fpdeep_gen.cli.options import (
    cluster_option,
    force_option,
    jobs_option,
    network_argument,
    out_option,
    verify_options,
)
from fpdeep_gen.cli.output import Output, current_output, json_option
from fpdeep_gen.cli.report import document, show
from fpdeep_gen.cli.steps import Done
from fpdeep_gen.cli.verification import Amount, report_step, verify_step, write_origin
from fpdeep_gen.cli.workflow import generate_step, load_inputs, plan_step, rtl_steps
from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.plan.model import Plan


@click.command()
@network_argument
@cluster_option
@out_option
@verify_options
@jobs_option
@force_option
@json_option
def run(
    network_path: Path,
    cluster_path: Path,
    out: Path,
    batches: int,
    images: int | None,
    test_images: int,
    threads: int,
    jobs: int,
    force: bool,
) -> None:
    """Check, plan, generate, compile, simulate and compare NETWORK on a cluster, and report.

    What is up to date in OUT is not made again.
    """
    output = current_output()
    done: list[Done] = []
    network, cluster = load_inputs(network_path, cluster_path)
    with output.status.status("planning"):
        plan, planned = plan_step(out, network, cluster, force)
    _tell(output, done, planned)
    write_origin(out, network_path, cluster_path)
    _tell(output, done, generate_step(out, plan, force))
    for compiled in _rtl(output, out, plan, force, jobs):
        _tell(output, done, compiled)
    failure: ComparisonError | None = None
    try:
        with output.status.status("simulating the chain"):
            verified = verify_step(out, plan, Amount(batches, images, test_images), force, threads)
        _tell(output, done, verified)
    except ComparisonError as error:
        failure = error
    evidence, reported = report_step(out, plan, force)
    _tell(output, done, reported)
    show(output, out, plan, evidence)
    steps = [{"name": one.name, "skipped": one.skipped, "seconds": one.seconds} for one in done]
    if failure is not None:
        raise failure
    output.result({"steps": steps, **document(out, plan, evidence)})


def _rtl(output: Output, out: Path, plan: Plan, force: bool, jobs: int) -> tuple[Done, ...]:
    with output.progress() as progress:
        task = progress.add_task("compiling boards", total=len(plan.cluster.boards))
        return rtl_steps(out, plan, force, jobs, lambda _: progress.advance(task))


def _tell(output: Output, done: list[Done], step: Done) -> None:
    """Notes a finished step and says so."""
    done.append(step)
    state = "up to date" if step.skipped else f"{step.seconds:.1f} s"
    output.status.print(f"  {step.name:<14} {state}", style="dim")

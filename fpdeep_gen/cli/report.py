"""`fpdeep report`: tables, one HTML file, a timeline."""

from pathlib import Path

import click

from fpdeep_gen.cli.options import folder_argument, force_option
from fpdeep_gen.cli.output import Output, current_output, json_option
from fpdeep_gen.cli.verification import REPORT_FILE, TIMELINE_FILE, report_step
from fpdeep_gen.cli.workflow import read_plan
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.report.document import evidence_document, plan_document
from fpdeep_gen.report.evidence import Evidence
from fpdeep_gen.report.tables import boards_table, latency_text, links_table, prediction_text, steps_table, verdict_text


@click.command()
@folder_argument
@force_option
@json_option
def report(out: Path, force: bool) -> None:
    """Write OUT/report.html and OUT/timeline.json, and show the tables."""
    output = current_output()
    decided = read_plan(out)
    evidence, _ = report_step(out, decided, force)
    show(output, out, decided, evidence)
    output.result(document(out, decided, evidence))


def show(output: Output, out: Path, plan: Plan, evidence: Evidence | None) -> None:
    """Boards, links, training steps and the verdict."""
    output.table(boards_table(plan, evidence))
    if plan.links:
        output.table(links_table(plan, evidence))
    output.human.print(prediction_text(plan))
    if evidence is not None:
        if evidence.latency is not None:
            output.human.print(latency_text(plan, evidence.latency))
        output.table(steps_table(evidence))
        output.human.print(verdict_text(evidence))
    output.human.print(f"report: {out / REPORT_FILE}", soft_wrap=True)


def document(out: Path, plan: Plan, evidence: Evidence | None) -> dict[str, object]:
    """The same for machines."""
    return {
        "report": str(out / REPORT_FILE),
        "timeline": str(out / TIMELINE_FILE),
        "plan": plan_document(plan),
        "measured": None if evidence is None else evidence_document(evidence),
    }

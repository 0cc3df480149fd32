"""`fpdeep verify`: the whole chain simulated, every weight compared with the golden model after every step."""

from pathlib import Path

import click

from fpdeep_gen.cli.options import folder_argument, force_option, verify_options
from fpdeep_gen.cli.output import current_output, json_option
from fpdeep_gen.cli.verification import Amount, verify_step
from fpdeep_gen.cli.workflow import read_plan
from fpdeep_gen.report.document import evidence_document
from fpdeep_gen.report.evidence_files import load_evidence
from fpdeep_gen.report.tables import steps_table, verdict_text


@click.command()
@folder_argument
@verify_options
@force_option
@json_option
def verify(out: Path, batches: int, images: int | None, test_images: int, threads: int, force: bool) -> None:
    """Simulate the RTL of all boards in OUT for some SGD steps and compare it with the golden model, bit for bit."""
    output = current_output()
    decided = read_plan(out)
    with output.status.status("simulating the chain"):
        done = verify_step(out, decided, Amount(batches, images, test_images), force, threads)
    evidence = load_evidence(out)
    if evidence is not None:
        output.table(steps_table(evidence))
        output.human.print(verdict_text(evidence))
        output.result({"skipped": done.skipped, "seconds": done.seconds, **evidence_document(evidence)})

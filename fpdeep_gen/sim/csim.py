"""C simulation: some SGD steps on the emitted C++ of all boards, run natively, compared with the golden model."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim.batches import Batch, verification_program
from fpdeep_gen.sim.compare import run_golden
from fpdeep_gen.sim.native import NativeModel, run_native
from fpdeep_gen.sim.outcome import Outcome, compare_outputs, require_equal

SUMMARY_FILE = "summary.json"
RUN_FOLDER = "run"


def simulate_natively(plan: Plan, model: NativeModel, directory: Path, batches: Sequence[Batch]) -> Outcome:
    """Train `batches` on the C++ and on golden; compare every weight after every step, and every result.

    Writes summary.json into `directory`, and into its folder `run` the word files that each board's cocotb test reads
    (inputs, outputs, traffic); then raises `ComparisonError` if anything differs. `ToolError` if the program stops.
    """
    program = verification_program(plan, batches)
    output = run_native(model, plan, program, directory / RUN_FOLDER)
    outcome = compare_outputs(plan.network, program, run_golden(plan, program), output)
    text = json.dumps(asdict(outcome), indent=2) + "\n"
    (directory / SUMMARY_FILE).write_text(text, encoding="utf-8")
    require_equal(outcome, "C++")
    return outcome

"""C simulation: what the native program gives is compared with golden, and a difference is named."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.plan.model import Plan
from fpdeep_gen.sim import csim
from fpdeep_gen.sim.batches import Batch
from fpdeep_gen.sim.compare import run_golden
from fpdeep_gen.sim.csim import simulate_natively
from fpdeep_gen.sim.host import HostOutput, Program
from fpdeep_gen.sim.native import NativeModel
from tests.sim.plans import convolution, fully_connected, make_plan

PLAN = make_plan(
    (convolution("conv", 1, (4, 4), 3, 3), fully_connected("fc", 3, (4, 4), 4)),
    (1, 2, 2),
    (3, 1),
    ((0, 0, 0, 3), (1, 0, 0, 4)),
)
BATCH = Batch(np.arange(32, dtype=np.int64).reshape(2, 1, 4, 4), np.array([0, 1]))
MODEL = NativeModel(Path("chain"))


def run_as_golden(_model: NativeModel, plan: Plan, program: Program, _folder: Path) -> HostOutput:
    """A native run whose words are right."""
    return run_golden(plan, program).output


def test_equal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csim, "run_native", run_as_golden)
    outcome = simulate_natively(PLAN, MODEL, tmp_path, [BATCH])
    assert outcome.equal
    assert outcome.compared_weights == 2 * (3 * 9 + 4 * 48)
    assert json.loads((tmp_path / "summary.json").read_text())["compared_weights"] == outcome.compared_weights


def test_a_wrong_weight_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(model: NativeModel, plan: Plan, program: Program, folder: Path) -> HostOutput:
        output = run_as_golden(model, plan, program, folder)
        conv, fc = output.dumps[1]
        changed = fc.copy()
        changed[3, 2, 1, 0] += 1
        return replace(output, dumps=(output.dumps[0], (conv, changed)))

    monkeypatch.setattr(csim, "run_native", run)
    with pytest.raises(
        ComparisonError, match=r"C\+\+ and golden differ: 1 of 438 .*\n.*step 1, weights of fc\[3, 2, 1, 0\]"
    ):
        simulate_natively(PLAN, MODEL, tmp_path, [BATCH])
    assert json.loads((tmp_path / "summary.json").read_text())["equal"] is False

"""A verification whose chain gives nothing to compare still says in its summary what happened."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fpdeep_gen.errors import ComparisonError
from fpdeep_gen.report.evidence_files import load_evidence
from fpdeep_gen.report.tables import verdict_text
from fpdeep_gen.sim import verify as verify_module
from fpdeep_gen.sim.batches import Batch, verification_program
from fpdeep_gen.sim.chain_report import SimulationStall
from fpdeep_gen.sim.host import Program, encode
from fpdeep_gen.sim.verify import verify
from tests.sim.plans import convolution, fully_connected, make_plan

# Three outputs in two lanes each: the convolution's second output group holds padding.
PLAN = make_plan(
    (convolution("conv", 1, (4, 4), 3, 3), fully_connected("fc", 3, (4, 4), 4)),
    (1, 2, 2),
    (3, 1),
    ((0, 0, 0, 3), (1, 0, 0, 4)),
)
BATCH = Batch(np.zeros((2, 1, 4, 4), dtype=np.int64), np.array([0, 1]))


def refuse(monkeypatch: pytest.MonkeyPatch, run: Callable[..., object]) -> None:
    """Verification with `run` in the place of the simulation."""
    monkeypatch.setattr(verify_module, "build_rtl_chain", lambda *_: None)
    monkeypatch.setattr(verify_module, "run_chain", run)


def failure(folder: Path) -> dict[str, object]:
    """What the summary says, after a look at what a report makes of it."""
    summary = json.loads((folder / "verify" / "summary.json").read_text(encoding="utf-8"))
    assert summary["equal"] is False
    evidence = load_evidence(folder)
    assert evidence is not None
    assert verdict_text(evidence).plain == f"STOPPED: {summary['failure']['message']}"
    found = summary["failure"]
    assert isinstance(found, dict)
    return found


def test_a_stall_is_in_the_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object) -> None:
        raise SimulationStall("nothing moves: board_1: mask is full", 812, [("board_1", "mask")], [("board_0", "x")])

    refuse(monkeypatch, run)
    with pytest.raises(SimulationStall):
        verify(PLAN, tmp_path, tmp_path / "verify", [BATCH])
    assert failure(tmp_path) == {
        "kind": "stall",
        "message": "nothing moves: board_1: mask is full",
        "cycle": 812,
        "full": [["board_1", "mask"]],
        "empty": [["board_0", "x"]],
    }


def test_padding_that_is_not_zero_is_in_the_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program: Program = verification_program(PLAN, [BATCH])
    words = encode(PLAN, program)
    dump = np.zeros((words.expected_dump, 1), dtype=np.uint32)
    dump[2 * 9 + 9 + 2] = 5  # conv: second output group, second output (padding), tap 2
    outputs = {"host_result": np.zeros((words.expected_results, 1), dtype=np.uint32), "host_dump": dump}
    refuse(monkeypatch, lambda *_: SimpleNamespace(outputs=outputs))
    with pytest.raises(ComparisonError):
        verify(PLAN, tmp_path, tmp_path / "verify", [BATCH])
    found = failure(tmp_path)
    assert found["kind"] == "comparison"
    assert "layer conv, outputs 0..2 on board 0: expected 0 in all padding weights, found 5" in str(found["message"])

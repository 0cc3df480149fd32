"""`fpdeep run` as a whole: order, resumption, verdict. Compiler and simulator are replaced by recorders here; the real
ones have tests of their own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from fpdeep_gen.cli import verification, workflow
from fpdeep_gen.cli.main import main
from fpdeep_gen.errors import ComparisonError, ToolError
from fpdeep_gen.hls.emit.report import KernelReport, Resources

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits"


@dataclass
class Recorder:
    """Stands in for the compiler and the simulator, and remembers its calls."""

    compiled: list[str] = field(default_factory=list)
    verified: list[int] = field(default_factory=list)
    equal: bool = True
    broken: str = ""

    def compile(
        self, source: Path, top: str, include_dirs: Sequence[Path], output: Path, clock_mhz: float
    ) -> SimpleNamespace:
        """Writes a board's two files."""
        if top == self.broken:
            raise ToolError("clang broke", ["clang", source.name], "it fell over")
        assert source.is_file()
        assert all(folder.is_dir() for folder in include_dirs)
        self.compiled.append(top)
        output.mkdir(parents=True)
        (output / f"{top}.sv").write_text(f"module {top}; endmodule // {clock_mhz}\n", encoding="utf-8")
        report = KernelReport(top, clock_mhz, (), (), (), Resources())
        (output / f"{top}.json").write_text(report.to_json(), encoding="utf-8")
        return SimpleNamespace(verilog=output / f"{top}.sv", report_file=output / f"{top}.json")

    def verify(
        self, plan: object, project: Path, directory: Path, batches: Sequence[object], *_: object, **__: object
    ) -> None:
        """Writes a summary like the simulator's."""
        self.verified.append(len(batches))
        wrong = 0 if self.equal else 2
        step = {
            "step": 1,
            "images": 16,
            "loss": 2.0,
            "golden_loss": 2.0,
            "differing_weights": wrong,
            "differing_results": 0,
        }
        difference = {"step": 1, "what": "fc", "index": [1, 0, 0, 0], "expected": 3, "found": 4}
        summary = {
            "equal": self.equal,
            "compared_weights": 1864,
            "steps": [step] * len(batches),
            "differences": [] if self.equal else [difference],
            "golden_wraps": 0,
            "accuracy": None,
            "interval": {"planned": 200, "simulated": 201.0},
            "latency": {"planned": 800, "simulated": 805.0},
            "engines": [],
            "links": [],
            "cycles": 1000,
            "seconds": 0.1,
        }
        counters = directory / "run" / "outputs"
        counters.mkdir(parents=True, exist_ok=True)
        (counters / "report.json").write_text(json.dumps({"boards": []}), encoding="utf-8")
        (directory / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
        if not self.equal:
            raise ComparisonError("RTL and golden differ: 2 of 1864 compared weights")


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """The recorder in place of compiler and simulator."""
    made = Recorder()
    monkeypatch.setattr(workflow, "compile_kernel", made.compile)
    monkeypatch.setattr(verification, "verify", made.verify)
    return made


def run(out: Path, *more: str) -> Result:
    arguments = ["run", str(EXAMPLE / "network.yaml"), "--cluster", str(EXAMPLE / "cluster.yaml"), "-o", str(out)]
    return CliRunner().invoke(main, [*arguments, "-j", "1", *more])


def states(result: Result) -> dict[str, bool]:
    """Whether each step was skipped."""
    assert result.exit_code == 0, result.stderr
    return {step["name"]: step["skipped"] for step in json.loads(result.stdout)["steps"]}


STEPS = ["plan", "generate", "rtl_board_0", "rtl_board_1", "rtl_board_2", "verify", "report"]


def test_all_steps_in_order_then_nothing_again(recorder: Recorder, tmp_path: Path) -> None:
    first = states(run(tmp_path, "--json"))
    assert list(first) == STEPS
    assert not any(first.values())
    assert recorder.compiled == ["board_0", "board_1", "board_2"]
    assert recorder.verified == [4]
    assert all(states(run(tmp_path, "--json")).values())
    assert recorder.verified == [4]
    assert not any(states(run(tmp_path, "--json", "--force")).values())


def test_only_what_depends_on_a_change_is_made_again(recorder: Recorder, tmp_path: Path) -> None:
    run(tmp_path)
    more = states(run(tmp_path, "--json", "--batches", "2"))
    assert [name for name, skipped in more.items() if not skipped] == ["verify", "report"]
    (tmp_path / "board_1" / "rtl" / "board_1.sv").write_text("edited\n", encoding="utf-8")
    repaired = states(run(tmp_path, "--json", "--batches", "2"))
    assert [name for name, skipped in repaired.items() if not skipped] == ["rtl_board_1"]
    assert recorder.compiled == ["board_0", "board_1", "board_2", "board_1"]


def test_the_run_ends_with_tables_verdict_and_report(recorder: Recorder, tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 0
    assert "equal: 1,864 weights compared over 4 steps, bit for bit" in result.stdout
    assert f"report: {tmp_path}/report.html" in result.stdout
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "1,864 weights compared over 4 SGD steps: equal, bit for bit." in text
    assert "fpdeep run" in text
    assert not (tmp_path / "board_0" / "work").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".new")] == []


def test_a_difference_exits_1_with_a_report_that_says_so(recorder: Recorder, tmp_path: Path) -> None:
    recorder.equal = False
    result = run(tmp_path, "--json")
    assert result.exit_code == 1
    assert "error: RTL and golden differ: 2 of 1864 compared weights" in result.stderr
    assert json.loads(result.stdout)["exit_code"] == 1
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The simulated chain and the golden model disagree." in text
    assert "step 1, fc[1, 0, 0, 0]: expected 3, found 4" in text
    again = run(tmp_path)
    assert again.exit_code == 1
    assert recorder.verified == [4, 4]


def test_a_mended_design_is_verified_again(recorder: Recorder, tmp_path: Path) -> None:
    recorder.equal = False
    run(tmp_path)
    recorder.equal = True
    assert run(tmp_path).exit_code == 0
    assert "equal, bit for bit" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_board_that_does_not_compile_stops_the_run(recorder: Recorder, tmp_path: Path) -> None:
    recorder.broken = "board_1"
    result = run(tmp_path)
    assert result.exit_code == 3
    assert result.stderr.endswith("error: clang broke\ncommand: clang board_1.cpp\nit fell over\n")
    assert recorder.verified == []
    recorder.broken = ""
    resumed = states(run(tmp_path, "--json"))
    assert [name for name, skipped in resumed.items() if skipped] == ["plan", "generate", "rtl_board_0"]


def test_an_older_verdict_does_not_outlive_a_simulation_that_broke(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path)

    def broken(*_: object, **__: object) -> None:
        raise ToolError("verilator broke")

    monkeypatch.setattr(verification, "verify", broken)
    assert run(tmp_path, "--force").exit_code == 3
    assert not (tmp_path / "verify" / "summary.json").exists()
    assert not (tmp_path / "report.html").exists()

"""RTL by itself: what the checks find in bad modules, and that kernels have none of it. All: benchmarks.rtl_quality."""

from pathlib import Path

import pytest

from benchmarks.rtl_quality import check, differences, subjects
from fpdeep_gen.hls.synthesis.quality import WAIVERS, lint_faults, structure_faults

BAD = """module bad (input wire a, input wire b, output reg q, output wire r, output wire s);
  always @* if (a) q = b;
  wire x, y;
  assign x = ~(a & y);
  assign y = ~(b & x);
  assign r = x;
  wire nothing;
  assign s = nothing;
endmodule
"""
FEW = ("base64", "gcd")


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.sv"
    path.write_text(BAD, encoding="utf-8")
    return path


def test_a_latch_a_loop_and_a_signal_without_driver_are_found(bad: Path) -> None:
    found = structure_faults(bad, "bad")
    assert any(one.startswith("latch bad/") for one in found)
    assert "combinational loop in bad" in found
    assert any("nothing" in one and "no driver" in one for one in found)


def test_a_latch_in_always_comb_is_found(bad: Path) -> None:
    bad.write_text(BAD.replace("always @*", "always_comb").replace("output reg", "output logic"), encoding="utf-8")
    (found,) = structure_faults(bad, "bad")
    assert found.startswith("Latch inferred")


def test_warnings_of_verilator_and_hidden_ones_are_found(bad: Path) -> None:
    found = " ".join(lint_faults(bad, "bad"))
    assert "LATCH" in found
    assert "UNDRIVEN" in found
    bad.write_text("/* verilator lint_off LATCH */\n" + BAD, encoding="utf-8")
    found = " ".join(lint_faults(bad, "bad"))
    assert "LATCH is turned off" in found
    assert "LATCH" not in WAIVERS


def test_files_that_differ_are_found(tmp_path: Path) -> None:
    for name, text in (("a", "1"), ("b", "2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f.sv").write_text(text, encoding="utf-8")
        (tmp_path / name / "f.json").write_text("{}", encoding="utf-8")
    (tmp_path / "a" / "only.txt").touch()
    found = differences(tmp_path / "a", tmp_path / "b")
    assert found == ("f.sv differs from run to run", "only.txt differs from run to run")


def test_kernels_are_clean(tmp_path: Path) -> None:
    chosen = [one for one in subjects() if one.name in FEW]
    assert len(chosen) == len(FEW)
    found = check(chosen, tmp_path / "rtl", jobs=1)
    assert [(made.subject.name, made.faults) for made in found] == [(name, ()) for name in FEW]


def test_every_kernel_is_a_subject() -> None:
    names = {one.name for one in subjects()}
    assert {"fir", "sha256", "example_blur", "fir_stream"} <= names
    assert len(names) == len(subjects()) >= 80

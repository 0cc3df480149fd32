"""Other compilers in the benchmark, with programs that stand for them."""

import subprocess
from pathlib import Path

import pytest

from benchmarks.hls_kernels import KERNELS, SOURCES
from benchmarks.hls_others import OtherFigures, measure_others, other_rows
from fpdeep_gen.hls.native_include import native_include_dirs
from fpdeep_gen.hls.tools import compiler
from tests.hls.backends.stand_in import stand_in
from tests.hls.backends.test_bambu import PRINTED, RESULTS
from tests.hls.backends.test_vitis import REPORT, report

FIR = KERNELS[0]
VERILOG = """module register #(parameter WIDTH = 1) (input clock, input [WIDTH-1:0] d, output reg [WIDTH-1:0] q);
  always @(posedge clock) q <= d;
endmodule
module fir_stream(input clock, input signed [15:0] a, input signed [15:0] b, input [7:0] c, output [31:0] product,
                  output [7:0] held);
  assign product = a * b;
  register #(.WIDTH(8)) kept(.clock(clock), .d(c), .q(held));
endmodule
"""
"""One multiplier and eight flip-flops, in modules with parameters."""


def test_without_other_compilers_there_are_no_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert measure_others(FIR, tmp_path, synthesis=True) == ()
    assert other_rows((), 1024) == []


def test_bambu_s_cycles_are_simulated_and_its_verilog_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = {"fir_stream.v": VERILOG, "bambu_results_0.xml": RESULTS}
    bambu = stand_in(monkeypatch, tmp_path / "bin", "bambu", files, PRINTED)
    (found,) = measure_others(FIR, tmp_path / "out", synthesis=True)
    compiled, simulated = (arguments for _, arguments in bambu.calls)
    assert "--simulate" not in compiled
    assert f"--generate-tb={SOURCES / 'benches' / 'fir_stream.cpp'}" in simulated
    assert (found.cycles, found.ii, found.verilog_lines) == (7170, None, 8)
    assert (found.dsp, found.ff, found.failed) == (1, 8, "")
    assert found.lut == 0
    (row,) = other_rows([found], FIR.iterations)
    assert row[0] == "  Bambu, xc7z020-1clg484-VVD"
    assert row[3:] == ("7", "7,170", "", "8", "0", "8", "1", "")


def test_what_fails_is_said_in_the_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(monkeypatch, tmp_path / "bin", "bambu", {}, "", "sys.exit(1)")
    stand_in(monkeypatch, tmp_path / "bin", "vitis_hls", {REPORT: report()})
    bambu, vitis = measure_others(FIR, tmp_path / "out", synthesis=False)
    assert bambu.failed.startswith("Bambu failed with exit status 1")
    assert other_rows([bambu], 1024)[0][1:-1] == ("",) * 9
    assert (vitis.cycles, vitis.ii, vitis.dsp, vitis.lut, vitis.ff) == (1031, (2, 1), 5, 456, 321)
    stand_in(monkeypatch, tmp_path / "bin", "bambu", {"fir_stream.v": VERILOG})
    bambu, _ = measure_others(FIR, tmp_path / "out", synthesis=False)
    assert bambu.failed.startswith("simulation: Bambu ended well but wrote no cycles")
    assert (bambu.cycles, bambu.verilog_lines) == (None, 8)


def test_rows_have_a_cell_for_each_heading() -> None:
    rows = other_rows([OtherFigures("Vitis HLS", 12.34, 1031, (2, 1), 900, 456, 321, 5)], 1024)
    assert rows == [("  Vitis HLS", "12.3", "", "2, 1", "1,031", "", "900", "456", "321", "5", "")]


@pytest.mark.parametrize(
    ("name", "centre", "code"), [("fir_stream", 12651, 0), ("fir_arrays", 12651, 0), ("fir_arrays", 12650, 1)]
)
def test_benches_pass_natively_and_see_a_wrong_filter(tmp_path: Path, name: str, centre: int, code: int) -> None:
    source = tmp_path / f"{name}.cpp"
    text = (SOURCES / source.name).read_text(encoding="utf-8")
    source.write_text(text.replace("12651", str(centre)), encoding="utf-8")
    program = tmp_path / "program"
    folders = [f"-I{folder}" for folder in native_include_dirs()]
    flags = ["-std=c++17", "-w", *folders, str(source), str(SOURCES / "benches" / source.name), "-o", str(program)]
    subprocess.run([*compiler(), *flags], check=True)
    assert subprocess.run([program], check=False).returncode == code


def test_every_bench_is_of_a_kernel() -> None:
    benches = {path.stem for path in (SOURCES / "benches").glob("*.cpp")}
    assert benches == {kernel.name for kernel in KERNELS if kernel.bench is not None}

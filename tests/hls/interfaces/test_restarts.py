"""Counted auto-restart: one start of the AXI4-Lite slave makes several runs, as hls::autorestart of a bench does."""

from pathlib import Path

import pytest

from fpdeep_gen.hls.compile import lint
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from fpdeep_gen.hls.frontend import front_end
from tests.hls.interfaces.broken import break_design

TALLY = """
#include "tally.h"
int tally(hls::stream<int> &in, int by, int counts[4]) {
#pragma HLS INTERFACE s_axilite port=return autorestart
#pragma HLS INTERFACE s_axilite port=by
    static int total;
    const int value = in.read();
    total += value * by;
    counts[value & 3]++;
    return total;
}
"""
HEADER = """
#include "hls_stream.h"
#include "hls_task.h"
int tally(hls::stream<int> &in, int by, int counts[4]);
"""
BENCH = """
#include "tally.h"
int main() {
    hls::stream<int> in;
    int counts[4] = {0, 0, 0, 0};
    for (int i = 0; i < 12; i++) in.write(i);
    hls::autorestart run(6, tally, in, 100, counts);
    const int one = tally(in, 7, counts);
    run(4, tally, in, 1, counts);
    return one != 1500 + 42 || counts[3] != 2 || tally(in, -1, counts) != one + 34 - 11 || !in.empty();
}
"""


def run(folder: Path) -> Cosimulation:
    for name, text in {"tally.h": HEADER, "tally.cpp": TALLY, "bench.cpp": BENCH}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return cosimulate(folder / "tally.cpp", "tally", folder / "rtl", testbench=folder / "bench.cpp", stalls=0.3)


def test_a_start_makes_several_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "BENCH", BENCH.replace("i < 12", "i < 12"))
    done = run(tmp_path)
    assert done.equal, (done.printed, done.differences)
    assert done.calls == 4
    sums = [1500, 1542, 1542 + 34, 1542 + 34 - 11]
    assert done.outputs["ap_return"] == sums
    assert done.outputs["counts"] == [*(2, 2, 1, 1), *(2, 2, 2, 1), *(3, 3, 3, 2), *(3, 3, 3, 3)]
    registers = done.compiled.report.interface.registers if done.compiled.report.interface is not None else ()
    assert [(one.name, one.address) for one in registers] == [("ap_return", 0x18), ("by", 0x20)]
    lint(done.compiled)

    right, wrong = "restart & (runs == 0 | left != 1)", "restart & (runs == 0 | left != 2)"
    break_design(monkeypatch, done.compiled, (right, wrong))
    told = run(tmp_path).differences
    assert f"ap_return (call 1): C++ gives 1500, RTL {100 * (0 + 1 + 2 + 3 + 4)}" in told, told


def test_without_the_slave_it_is_told_of(tmp_path: Path) -> None:
    source = tmp_path / "top.cpp"
    for mode, ending in (("ap_ctrl_hs", ""), ("s_axilite", "\n#pragma HLS INTERFACE ap_ctrl_none port=return")):
        pragma = f"#pragma HLS INTERFACE {mode} port=return autorestart{ending}"
        source.write_text(f"int top(int a) {{\n{pragma}\n    return a;\n}}\n", encoding="utf-8")
        (warning,) = front_end(source, "top", []).warnings
        assert warning.location is not None and warning.location.line == 2
        assert "autorestart is ignored; it needs s_axilite and a start" in warning.text

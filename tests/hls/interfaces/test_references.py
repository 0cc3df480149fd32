"""References to numbers that lie in memory, arguments named like words of SystemVerilog, and a bench beside its top."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.compile import lint
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from fpdeep_gen.hls.frontend import front_end
from fpdeep_gen.hls.redirect import defined_symbols, redirected
from tests.hls.interfaces.broken import take_design

GATHER = """
#include "ap_int.h"
int gather(const int *input, int &output, ap_int<20> &reg, short casex) {
#pragma HLS INTERFACE m_axi port=input depth=8 bundle=from
#pragma HLS INTERFACE m_axi port=output depth=10
#pragma HLS INTERFACE m_axi port=reg
    for (int i = 0; i < 8; i++) output += input[i] * casex;
    reg = output;
    return output - reg;
}
static int expected(const int *values, int before) {
    for (int i = 0; i < 8; i++) before += 3 * values[i];
    return before;
}
int main() {
    int values[8], sum = 1000000, (*called)(const int *, int &, ap_int<20> &, short) = gather;
    for (int i = 0; i < 8; i++) values[i] = 7 * i - 20;
    for (int call = 0; call < 2; call++) {
        ap_int<20> low = 5;
        const int wanted = expected(values, sum);
        const int rest = called(values, sum, low, 3);
        if (rest != sum - low || sum != wanted || low != ap_int<20>(wanted)) return 1;
    }
    ap_int<20> low = 0;
    gather(values, sum, low, 0);
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("references")
    (path / "gather.cpp").write_text(GATHER, encoding="utf-8")
    return path


def run(folder: Path, bench: bool) -> Cosimulation:
    source = folder / "gather.cpp"
    return cosimulate(source, "gather", folder / "rtl", testbench=source if bench else None, calls=2, stalls=0.3)


def test_a_bench_in_the_file_of_its_top(folder: Path) -> None:
    done = run(folder, bench=True)
    assert done.equal, (done.printed, done.differences)
    assert dict(done.compared) == {"input": 24, "output": 3, "reg": 3, "ap_return": 3}
    sums = [1000000 + 3 * (7 * 28 - 160) * call for call in (1, 2, 2)]
    assert done.outputs["output"] == sums
    low = [(one + 2**19) % 2**20 - 2**19 for one in sums]
    assert done.outputs["reg"] == low and done.outputs["ap_return"] == [a - b for a, b in zip(sums, low, strict=True)]
    text = done.compiled.verilog.read_text(encoding="utf-8")
    assert "input  wire [63:0] output_," in text and "input  wire [15:0] casex_" in text
    assert "one element" in done.compiled.report.warnings[0] and "gather.cpp:5" in done.compiled.report.warnings[0]
    lint(done.compiled)


def test_random_inputs_go_past_the_main_function(folder: Path) -> None:
    done = run(folder, bench=False)
    assert done.differences == () and done.calls == 2


def test_other_results_in_memory_are_caught(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The RTL of the kernel as it was, held against another one."""
    right = run(folder, bench=True).compiled
    other = folder / "other" / "gather.cpp"
    other.parent.mkdir()
    other.write_text(GATHER.replace("reg = output", "output ^= 16, reg = output"), encoding="utf-8")
    take_design(monkeypatch, right)
    told = run(other.parent, bench=False).differences
    assert {line.partition("[")[0] for line in told if "(call 1)" in line} >= {"output", "reg"}, told


def test_what_lies_behind_a_reference_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "behind.cpp"
    text = "void behind(int &a) {\n#pragma HLS INTERFACE m_axi port=a\n    (&a)[1] = 1;\n}\n"
    source.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="reference a: expected one value"):
        front_end(source, "behind", [])


def test_definitions_and_uses_in_assembly() -> None:
    text = "\t.globl\t_Z1fi\n_Z1fi:\n\tcall\t_Z1fi@PLT\n\t.quad _Z1fi\n\tcall _Z1fii\n"
    text += "\t.size\t_Z1fi, .-_Z1fi\n_Z1fi.cold:\n"
    (found,) = defined_symbols(text, "f")
    lines = redirected(text, found, "shim").split("\n")
    assert lines[:3] == ["\t.globl\tfpdeep_real", "fpdeep_real:", "\tcall\tshim@PLT"]
    assert lines[3:7] == ["\t.quad shim", "\tcall _Z1fii", "\t.size\tfpdeep_real, .-fpdeep_real", "_Z1fi.cold:"]

"""Direct I/O with half a handshake or none: streams inside, plain pins or a register outside."""

import re
from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.compile import lint
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from fpdeep_gen.hls.frontend import front_end
from tests.hls.interfaces.broken import break_design, take_design

MIXED = """
#include "ap_int.h"
#include "hls_directio.h"
typedef hls::ap_none<ap_int<40>> setting;
using flag = hls::ap_none<bool>;
void mixed(hls::stream<short> &in, setting &bias, hls::ap_vld<ap_int<12>> &gain, hls::ap_ack<char> &step,
           hls::ap_none<int> &reg, flag &odd, hls::ap_vld<int> &sum, hls::ap_ack<short> &low) {
#pragma HLS INTERFACE s_axilite port=bias
#pragma HLS INTERFACE ap_vld port=sum
#pragma HLS PIPELINE
    const ap_int<40> value = in.read() * gain.read() + bias.read() * reg.read();
    odd.write(value[0]);
    sum.write(value >> 8);
    low.write(value - step.read());
}
"""


def run(folder: Path) -> Cosimulation:
    (folder / "mixed.cpp").write_text(MIXED, encoding="utf-8")
    return cosimulate(folder / "mixed.cpp", "mixed", folder / "rtl", words=30, stalls=0.3)


def test_each_read_takes_the_next_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(tmp_path)
    assert done.differences == ()
    assert dict(done.compared) == {"odd": 30, "sum": 30, "low": 30}
    text = done.compiled.verilog.read_text(encoding="utf-8")
    head = text[text.index("module mixed (") :].partition(");")[0]
    pins = [line.split()[-1].strip(",") for line in head.split("\n")[3:] if line and "s_axi_control_" not in line]
    expected = ["in_tdata", "in_tvalid", "in_tready", "gain", "gain_ap_vld", "step", "step_ap_ack", "reg_", "odd"]
    assert pins == [*expected, "sum", "sum_ap_vld", "low", "low_ap_ack"]
    hardware = ("bias_tvalid", "step_tvalid", "reg_tvalid")
    assert all(f"`else\nwire {name} = 1'b1;" in text for name in hardware)
    registers = done.compiled.report.interface.registers if done.compiled.report.interface is not None else ()
    assert [(one.name, one.address, one.words) for one in registers] == [("bias", 0x10, 2)]
    assert sum("no full handshake" in one for one in done.compiled.report.warnings) == 7
    lint(done.compiled)

    cut = ("bias = bias_register[39:0]", "bias = {bias_register[39:32], 32'd0}")
    break_design(monkeypatch, done.compiled, cut)
    assert {re.split(r"[\[:]", line)[0] for line in run(tmp_path).differences} == {"odd", "sum", "low"}


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (("const ap_int<40> value", "if (bias.empty()) return; const ap_int<40> value"), "deleted"),
        (("odd.write(value[0])", "bool none; odd.read_nb(none)"), "deleted"),
        (("ap_vld port=sum", "ap_none port=sum"), "expected ap_vld, as the argument is, found ap_none"),
        (("s_axilite port=bias", "s_axilite port=gain"), "expected ap_vld, as the argument is, found s_axilite"),
        (("s_axilite port=bias", "s_axilite port=odd"), "found a value that the kernel writes"),
    ],
)
def test_what_there_is_no_hardware_for(tmp_path: Path, broken: tuple[str, str], told: str) -> None:
    source = tmp_path / "mixed.cpp"
    assert broken[0] in MIXED
    source.write_text(MIXED.replace(*broken), encoding="utf-8")
    with pytest.raises(InputError, match=told):
        front_end(source, "mixed", [])


ASKED = """
#include "hls_directio.h"
void asked(hls::stream<int> &in, hls::ap_hs<int> &by, hls::stream<int> &out) {
#pragma HLS PIPELINE
    static int gain = 1;
    const int value = in.read();
    if (by.valid()) gain = by.read();
    out.write(value * gain);
}
"""


def test_results_that_depend_on_time_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Natively all words are there when the kernel asks; with random stalls they are not."""
    source = tmp_path / "asked.cpp"
    source.write_text(ASKED, encoding="utf-8")

    def run(lenient: bool) -> Cosimulation:
        return cosimulate(source, "asked", tmp_path / "rtl", words=30, stalls=0.3, lenient=lenient, timeout_cycles=1000)

    paused = run(False)
    assert paused.differences and not paused.unsteady
    done = run(True)
    assert (done.differences, done.unsteady) == ((), ("by",))
    assert {port.name: port.polled for port in done.compiled.report.ports} == {"in": False, "by": True, "out": False}

    source.write_text(ASKED.replace("value * gain", "value * gain + 1"), encoding="utf-8")
    take_design(monkeypatch, done.compiled)
    assert run(True).differences

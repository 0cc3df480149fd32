"""Co-simulation of a top under ap_ctrl_none that has scalars and an array: called as often as its C++."""

from dataclasses import replace
from pathlib import Path

import pytest

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.compile import lint
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from tests.hls.interfaces.broken import break_design

SCALED = """
#include "ap_int.h"
#include "hls_stream.h"
int scaled(hls::stream<ap_int<16>> &in, hls::stream<bool> &minus, hls::stream<ap_int<32>> &out, short gain, short *last,
           int table[4]) {
#pragma HLS INTERFACE ap_ctrl_none port=return
    int total = 0;
    for (int i = 0; i < 4; i++) {
#pragma HLS PIPELINE II=1
        const ap_int<16> read = in.read();
        const ap_int<16> word = minus.read() ? ap_int<16>(-read) : read;
        total += word * gain;
        out.write(word * gain + table[i]);
        table[i] = word;
        *last = word;
    }
    return total;
}
"""


def run(folder: Path, text: str = SCALED) -> Cosimulation:
    (folder / "scaled.cpp").write_text(text, encoding="utf-8")
    return cosimulate(folder / "scaled.cpp", "scaled", folder / "rtl", calls=3, words=12, stalls=0.3)


def test_every_call_has_its_scalars(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.differences == ()
    assert dict(done.compared) == {"out": 12, "last": 3, "ap_return": 3, "table": 12}
    assert (done.calls, len(done.latencies)) == (3, 3)
    assert len(set(done.outputs["ap_return"])) == 3
    text = done.compiled.verilog.read_text(encoding="utf-8")
    assert "wire ap_start = 1'b1;" in text
    lint(done.compiled)

    broken = tmp_path / "broken.sv"
    broken.write_text(text.replace("wire ap_start = 1'b1;", "wire [1:0] ap_start = 1'b1;"), encoding="utf-8")
    with pytest.raises(ToolError) as told:
        lint(replace(done.compiled, verilog=broken))
    assert "%Warning-WIDTH" in told.value.log


def test_registers_without_a_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Input registers are written before each start, output registers read when the call is done."""
    pragmas = "".join(f"#pragma HLS INTERFACE s_axilite port={port}\n" for port in ("gain", "last"))
    done = run(tmp_path, SCALED.replace("    int total", f"{pragmas}    int total"))
    assert done.differences == ()
    assert dict(done.compared) == {"out": 12, "last": 3, "ap_return": 3, "table": 12}

    inverted = ("slave_read_data = last_o_padded", "slave_read_data = ~last_o_padded")
    break_design(monkeypatch, done.compiled, inverted)
    told = run(tmp_path).differences
    assert len(told) == 3 and all(line.startswith("last (call ") for line in told), told

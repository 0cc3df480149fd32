"""Co-simulation of a top under ap_ctrl_none that has scalars and an array: called as often as its C++."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.compile import lint
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate

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
    assert "wire ap_start = 1'b1;" in done.compiled.verilog.read_text(encoding="utf-8")
    lint(done.compiled)


def test_registers_without_a_start_are_refused(tmp_path: Path) -> None:
    """The driver writes registers before it starts a call through the slave; any other start would come too early."""
    text = SCALED.replace("    int total", "#pragma HLS INTERFACE s_axilite port=gain\n    int total")
    for control in ("ap_ctrl_none", "ap_ctrl_hs"):
        with pytest.raises(InputError, match=f"s_axilite port=return beside s_axilite arguments, found {control}"):
            run(tmp_path, text.replace("ap_ctrl_none", control))

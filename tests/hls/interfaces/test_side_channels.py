"""AXI4-Stream words with side channels: pins of their own, driven and compared by co-simulation."""

import re
from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.hls import cosim
from fpdeep_gen.hls.compile import CompiledKernel, compile_kernel, lint
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from fpdeep_gen.hls.emit.report import KernelReport
from fpdeep_gen.hls.emit.report_text import report_text

RELAY = """
#include "ap_axi_sdata.h"
#include "hls_stream.h"
typedef ap_axiu<72, 4, 3, 0> Wide;
typedef ap_axis<16, 0, 0, 5> Narrow;
void relay(hls::stream<Wide> &in, hls::stream<Narrow> out[1][2], hls::stream<Wide> &plain) {
#pragma HLS INTERFACE mode=ap_fifo port=plain
#pragma HLS PIPELINE II=1
    Wide word = in.read();
    Narrow low, high;
    low.data = word.data.range(15, 0);
    high.data = word.data.range(71, 56);
    low.keep = word.keep.range(1, 0);
    high.keep = word.keep.range(8, 7);
    low.strb = word.strb.range(1, 0);
    high.strb = word.strb.range(8, 7);
    if (word.user == 9) low.last = 1;  // else 0, as natively what nothing sets
    high.last = word.last;
    low.dest = word.id;
    high.dest = word.user + 16;
    out[0][0].write(low);
    out[0][1].write(high);
    word.data++;
    word.last = !word.last;
    plain.write(word);
}
"""
PINS = {
    "in": [("tdata", 72), ("tkeep", 9), ("tstrb", 9), ("tuser", 4), ("tlast", 1), ("tid", 3)],
    "out_0": [("tdata", 16), ("tkeep", 2), ("tstrb", 2), ("tlast", 1), ("tdest", 5)],
    "out_1": [("tdata", 16), ("tkeep", 2), ("tstrb", 2), ("tlast", 1), ("tdest", 5)],
    "plain": [],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("side")
    (path / "relay.cpp").write_text(RELAY, encoding="utf-8")
    return path


def run(folder: Path) -> Cosimulation:
    return cosimulate(folder / "relay.cpp", "relay", folder / "rtl", words=40, stalls=0.3)


def head_pins(text: str, top: str) -> dict[str, tuple[str, int]]:
    """Direction and bits of the pins in the head of the module `top`."""
    head = text[text.index(f"module {top} (") :].partition(");")[0]
    found = re.findall(r"^\s*(input|output) +wire (?:\[(\d+):0\] )?(\w+)", head, re.MULTILINE)
    return {name: (direction, int(high or 0) + 1) for direction, high, name in found}


def test_random_words_with_stalls(folder: Path) -> None:
    done = run(folder)
    assert done.differences == ()
    assert dict(done.compared) == {"out_0": 40, "out_1": 40, "plain": 40}
    lint(done.compiled)


def test_a_stimulus_by_member(folder: Path) -> None:
    """Known values in each channel come out at the channel they belong to, whatever the native run says."""
    number = np.arange(6)
    channels = [np.array([k << 56 | k + 1 for k in range(6)], dtype=object)]
    channels += [number % 4 << 7 | 1, number << 6 | 2, 15 - number, number % 2, 7 - number]
    stimulus = {f"in.{k}": values for k, values in enumerate(channels)}
    done = cosimulate(folder / "relay.cpp", "relay", folder / "rtl", stimulus=stimulus)
    assert done.differences == ()
    low = [(k + 1, 1, 2, 0, 7 - k) for k in range(6)]
    high = [(k, k % 4, k >> 1, k % 2, 31 - k) for k in range(6)]
    assert done.outputs["out_0"] == [value for word in low for value in word]
    assert done.outputs["out_1"] == [value for word in high for value in word]


def test_pins_and_their_report(folder: Path) -> None:
    made = compile_kernel(folder / "relay.cpp", "relay", [], folder / "rtl")
    expected = {"ap_clk": ("input", 1), "ap_rst_n": ("input", 1), "plain_tdata": ("output", 72 + 18 + 4 + 1 + 3)}
    for port, pins in PINS.items():
        inward, outward = ("input", "output") if port == "in" else ("output", "input")
        expected |= {f"{port}_{pin}": (inward, width) for pin, width in pins}
        expected |= {f"{port}_tvalid": (inward, 1), f"{port}_tready": (outward, 1)}
    assert head_pins(made.verilog.read_text(encoding="utf-8"), "relay") == expected
    report = KernelReport.from_json(made.report_file.read_text(encoding="utf-8"))
    assert report == made.report
    told = {port.name: [(one.pin, one.width) for one in port.channels] for port in report.ports}
    assert told == {port: [(f"{port}_{pin}", width) for pin, width in pins] for port, pins in PINS.items()}
    assert "tdata 16, tkeep 2, tstrb 2, tlast 1, tdest 5" in report_text(report)


def test_pins_that_are_wired_wrongly_are_caught(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TLAST of the input tied low, TKEEP and TSTRB of one output swapped."""
    right = run(folder)

    def compile_broken(*_: object, **__: object) -> CompiledKernel:
        text = right.compiled.verilog.read_text(encoding="utf-8")
        text, tied = re.subn(r"\bin_tlast\b(?=[^;]*in_tdata\})", "1'b0", text)
        text, swapped = re.subn(r"\bout_0_tstrb, out_0_tkeep\b", "out_0_tkeep, out_0_tstrb", text)
        assert (tied, swapped) == (1, 1)
        place = folder / "broken"
        place.mkdir(exist_ok=True)
        (place / "relay.sv").write_text(text, encoding="utf-8")
        return CompiledKernel("relay", place / "relay.sv", right.compiled.report_file, right.compiled.report)

    monkeypatch.setattr(cosim, "compile_kernel", compile_broken)
    broken = run(folder)
    assert {re.split(r"[\[:]", line)[0] for line in broken.differences} == {"out_0", "out_1", "plain"}
    low, high = (np.array(right.outputs[name], dtype=object).reshape(-1, 5) for name in ("out_0", "out_1"))
    assert broken.outputs["out_0"] == low[:, [0, 2, 1, 3, 4]].ravel().tolist()
    high[:, 3] = 0
    assert broken.outputs["out_1"] == high.ravel().tolist()

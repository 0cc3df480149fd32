"""RTL whose registers and memories begin with random values: what is read before it is reset or written shows."""

from dataclasses import replace
from pathlib import Path

import pytest

from fpdeep_gen.hls import simulate
from fpdeep_gen.hls.compile import CompiledKernel, compile_kernel
from tests.hls.backend.test_kernels import test_kernel as judged

SOURCE = """#include "ap_int.h"
#include "hls_stream.h"
void total(hls::stream<ap_int<16>>& in, hls::stream<ap_int<32>>& out) {
#pragma HLS PIPELINE II=1
    static ap_int<32> sum = 5;
    static ap_uint<4> count = 0;
    sum = sum + in.read();
    count = count + 1;
    if (count == 0) out.write(sum);
}
"""
RESETS = ("sum <= 32'd5;", "count <= 4'd0;")
EXPECTED = [5 + 120, 5 + 496]
"""5 and the sums of 0 to 15 and 0 to 31."""


@pytest.fixture(autouse=True)
def random_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs whose model begins with random bits: of each register, and of what is assigned unknown values."""
    made = simulate.pins_source
    start, random = "new VerilatedContext;", "context->randReset(2); context->randSeed(7);"

    def seeded(*arguments: object) -> str:
        text = made(*arguments)  # type: ignore[arg-type]
        assert text.count(start) == 1
        return text.replace(start, f"{start} {random}")

    flags = tuple("unique" if flag == "fast" else flag for flag in simulate._VERILATOR_FLAGS)
    assert flags.count("unique") == 2
    monkeypatch.setattr(simulate, "pins_source", seeded)
    monkeypatch.setattr(simulate, "_VERILATOR_FLAGS", flags)


def sums(compiled: CompiledKernel) -> list[int]:
    words = list(range(32))
    return simulate.simulate_streams(compiled, {"in": words}, {"out": 2}, timeout_cycles=500).outputs["out"]


def test_a_register_that_is_not_reset_is_seen(tmp_path: Path) -> None:
    source = tmp_path / "total.cpp"
    source.write_text(SOURCE, encoding="utf-8")
    compiled = compile_kernel(source, "total", [], tmp_path)
    assert sums(compiled) == EXPECTED
    text = compiled.verilog.read_text(encoding="utf-8")
    for number, reset in enumerate(RESETS):
        assert text.count(reset) == 1
        folder = tmp_path / f"broken_{number}"
        folder.mkdir()
        broken = folder / "total.sv"
        broken.write_text(text.replace(reset, ""), encoding="utf-8")
        assert sums(replace(compiled, verilog=broken)) != EXPECTED


def test_a_line_buffer_reads_nothing_before_it_is_written() -> None:
    judged("test_window", "program", "test_patches", {"index": 3})

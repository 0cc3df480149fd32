"""Yosys maps what the back end writes: a MAC into one DSP, memories into block RAM; parts are counted once, summed."""

from dataclasses import replace
from pathlib import Path

import pytest

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.compile import CompiledKernel, compile_module
from fpdeep_gen.hls.emit.report import Resources
from fpdeep_gen.hls.ir import BinaryKind, Module, Process, Storage
from fpdeep_gen.hls.synthesis import estimate as estimate_module
from fpdeep_gen.hls.synthesis.estimate import estimate
from fpdeep_gen.hls.synthesis.units import Unit, distinct, parts_of
from fpdeep_gen.hls.synthesis.yosys import run_yosys
from tests.hls.backend.build_ir import ProcessBuilder


def mac_and_memory() -> Process:
    """Products of two words added up over 16 steps; the sums go through a block RAM of 1024 words."""
    builder = ProcessBuilder.named("mac")
    source, sink = builder.input("source", 32), builder.output("sink", 48)
    step, total, place = builder.variable("step", 4), builder.variable("total", 48), builder.variable("place", 10)
    sums = builder.memory("sums", 48, 1024, storage=Storage.BLOCK, distance=None)
    block = builder.region("mac", ii=1)
    count, last = block.count(step, 16)
    word = block.read(source)
    a, b = block.sext(block.extract(word, 0, 16), 48), block.sext(block.extract(word, 16, 16), 48)
    start = block.select(block.equal(count, 0), block.const(0, 48), block.get(total))
    value = block.add(start, block.binary(BinaryKind.MUL, a, b))
    block.region.set(total, value)
    at = block.get(place)
    following = block.select(last, block.add(at, block.const(1, 10)), at)
    block.region.set(place, following)
    block.write(sink, block.load(sums, following), last)
    block.store(sums, at, value, last)
    block.loop()
    return builder.process


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> CompiledKernel:
    """A top with one process, one input and one output."""
    process = mac_and_memory()
    return compile_module(Module(process, [process]), tmp_path_factory.mktemp("mac"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("known")


def test_a_mac_is_one_dsp_and_a_memory_is_block_ram(kernel: CompiledKernel, cache: Path) -> None:
    (top,) = estimate([kernel], cache)
    found, model = top.synthesised, kernel.report.resources
    assert not top.missing
    assert (found.dsp, model.dsp) == (1, 1)
    assert (found.bram36, model.bram36) == (1.5, 1.5)  # 1024 words of 48 bits: three RAMB18 of 18 bits (UG473)
    assert found.lut < 150  # no fabric adder of 48 bits for the sum, no LUT RAM
    assert [part.name for part in top.parts] == ["mac", "slice of an output port of 48 bits"]
    assert top.parts[1].cells["FDRE"] == 2 * 48 + 2  # two words and their valid bits


def test_sums_are_over_instances(kernel: CompiledKernel, cache: Path) -> None:
    report = kernel.report
    thrice = replace(report, processes=(replace(report.processes[0], instances=("a", "b", "c")),))
    once, again = estimate([kernel, replace(kernel, report=thrice)], cache)
    assert again.synthesised.dsp == 3 * once.synthesised.dsp
    assert again.synthesised.bram36 == 3 * once.synthesised.bram36


def test_equal_modules_are_one_unit_and_are_kept(
    kernel: CompiledKernel, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = kernel.verilog.read_text(encoding="utf-8")
    module = kernel.report.processes[0].module
    renamed = replace(kernel.report, processes=(replace(kernel.report.processes[0], module="other"),))
    other = text.replace(f"module {module} ", "module other ")
    assert other != text
    assert distinct(parts_of(text, kernel.report)) == distinct(parts_of(other, renamed))
    (known,) = estimate([kernel], cache)

    def never(units: list[Unit], timeout_s: float) -> None:
        raise AssertionError(f"{len(units)} units are known, {timeout_s}")

    monkeypatch.setattr(estimate_module, "run_yosys", never)
    assert estimate([kernel], cache) == (known,)


def test_what_takes_too_long_is_named_and_left_out(kernel: CompiledKernel, tmp_path: Path) -> None:
    (top,) = estimate([kernel], tmp_path, limit_s=0.001)
    assert [part.name for part in top.missing] == [part.name for part in top.parts]
    assert "took more than 0.001 s" in top.missing[0].reason
    assert top.synthesised == Resources()
    assert '"complete": false' in top.to_json()


def test_text_that_is_no_verilog_is_a_tool_error() -> None:
    with pytest.raises(ToolError, match="failed with exit status"):
        run_yosys([Unit(" (input wire a); assign b c; endmodule")], 60.0)

"""Yosys maps what the back end writes: a MAC into one DSP, memories into block RAM, and the quick model agrees."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.compile import compile_module
from fpdeep_gen.hls.estimate import synthesise
from fpdeep_gen.hls.ir import BinaryKind, Module, Process, Storage
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


def test_a_mac_is_one_dsp_and_a_memory_is_block_ram(tmp_path: Path) -> None:
    process = mac_and_memory()
    kernel = compile_module(Module(process, [process]), tmp_path)
    found = synthesise(kernel.verilog, kernel.top).resources
    model = kernel.report.resources
    assert (found.dsp, model.dsp) == (1, 1)
    assert (found.bram36, model.bram36) == (1.5, 1.5)
    assert found.lut < 150  # no fabric adder of 48 bits for the sum, no LUT RAM
    assert abs(found.ff - model.ff) <= 0.5 * found.ff + 120  # the slice of the output port is not in the model


def test_a_missing_module_is_a_tool_error(tmp_path: Path) -> None:
    process = mac_and_memory()
    kernel = compile_module(Module(process, [process]), tmp_path)
    with pytest.raises(ToolError, match="failed with exit status"):
        synthesise(kernel.verilog, "nowhere")

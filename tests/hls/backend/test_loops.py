"""Pipelined loops built by hand: results under random stalls, and one iteration a cycle."""

from pathlib import Path
from random import Random

import pytest

from fpdeep_gen.hls.compile import CompiledKernel, compile_module, lint
from fpdeep_gen.hls.ir import BinaryKind, Module, Process, Storage
from fpdeep_gen.hls.simulate import simulate_streams
from tests.hls.backend.build_ir import ProcessBuilder

STALLS = (0.0, 0.4)


def compiled(process: Process, folder: Path) -> CompiledKernel:
    kernel = compile_module(Module(process, [process]), folder)
    lint(kernel)
    return kernel


def signed(value: int, width: int) -> int:
    return value - (1 << width) if value >> (width - 1) else value


def test_copy(tmp_path: Path) -> None:
    builder = ProcessBuilder.named("copy")
    source, sink = builder.input("source", 70), builder.output("sink", 70)
    block = builder.region("copy", ii=1)
    block.write(sink, block.read(source))
    block.loop()
    kernel = compiled(builder.process, tmp_path)
    random = Random(1)
    words = [random.getrandbits(70) for _ in range(300)]
    for stall in STALLS:
        result = simulate_streams(kernel, {"source": words}, {"sink": 300}, stall)
        assert result.outputs["sink"] == words
    assert simulate_streams(kernel, {"source": words}, {"sink": 300}).cycles <= 306


def dot_product(taps: int) -> Process:
    """sink = sum of products over `taps` lanes, accumulated over 8 words."""
    builder = ProcessBuilder.named("dot")
    features, weights = builder.input("features", 16 * taps), builder.input("weights", 16 * taps)
    sink = builder.output("sink", 48)
    step, total = builder.variable("step", 32), builder.variable("total", 48)
    block = builder.region("main", ii=1)
    count, last = block.count(step, 8)
    x, w = block.read(features), block.read(weights)
    old = block.select(block.equal(count, 0), block.const(0, 48), block.get(total))
    for lane in range(taps):
        a = block.sext(block.extract(x, 16 * lane, 16), 48)
        b = block.sext(block.extract(w, 16 * lane, 16), 48)
        old = block.add(old, block.binary(BinaryKind.MUL, a, b))
    block.region.set(total, old)
    block.write(sink, old, last)
    block.loop()
    return builder.process


def test_dot_product_runs_at_one_word_a_cycle(tmp_path: Path) -> None:
    taps, rounds = 9, 40
    kernel = compiled(dot_product(taps), tmp_path)
    region = kernel.report.processes[0].regions[0]
    assert (region.ii, region.limit) == (1, "")
    assert region.depth <= 7
    assert kernel.report.processes[0].resources.dsp == taps
    random = Random(2)
    x, w = ([random.getrandbits(16 * taps) for _ in range(8 * rounds)] for _ in range(2))
    expected = []
    for start in range(0, 8 * rounds, 8):
        total = 0
        for a, b in zip(x[start : start + 8], w[start : start + 8], strict=True):
            for lane in range(taps):
                total += signed(a >> 16 * lane & 0xFFFF, 16) * signed(b >> 16 * lane & 0xFFFF, 16)
        expected.append(total % (1 << 48))
    for stall in STALLS:
        result = simulate_streams(kernel, {"features": x, "weights": w}, {"sink": rounds}, stall)
        assert result.outputs["sink"] == expected
    cycles = simulate_streams(kernel, {"features": x, "weights": w}, {"sink": rounds}).cycles
    assert cycles <= 8 * rounds + region.depth + 2


@pytest.mark.parametrize("storage", [Storage.BLOCK, Storage.DISTRIBUTED, Storage.AUTO])
@pytest.mark.parametrize("columns", [2, 5])
def test_accumulators_in_a_memory(tmp_path: Path, storage: Storage, columns: int) -> None:
    """acc[column] += word, 4 rounds, the last one sends; the same word comes back after `columns` iterations."""
    builder = ProcessBuilder.named("accumulate")
    source, sink = builder.input("source", 16), builder.output("sink", 32)
    column, turn = builder.variable("column", 32), builder.variable("turn", 32)
    sums = builder.memory("sums", 32, columns, storage=storage, distance=columns)
    block = builder.region("main", ii=1)
    place, last_column = block.count(column, columns)
    now = block.get(turn)
    last_turn = block.equal(now, 3)
    following = block.select(last_turn, block.const(0, 32), block.add(now, block.const(1, 32)))
    block.region.set(turn, block.select(last_column, following, now))
    old = block.load(sums, place)
    start = block.select(block.equal(now, 0), block.const(0, 32), old)
    total = block.add(start, block.sext(block.read(source), 32))
    block.store(sums, place, total)
    block.write(sink, total, last_turn)
    block.loop()
    kernel = compiled(builder.process, tmp_path)
    region = kernel.report.processes[0].regions[0]
    assert (region.ii, region.limit) == (1, "")
    random = Random(3)
    words = [random.getrandbits(16) for _ in range(4 * columns * 20)]
    expected = []
    for image in range(20):
        base = image * 4 * columns
        for place in range(columns):
            total = sum(signed(words[base + step * columns + place], 16) for step in range(4))
            expected.append(total % (1 << 32))
    for stall in STALLS:
        result = simulate_streams(kernel, {"source": words}, {"sink": len(expected)}, stall, seed=5)
        assert result.outputs["sink"] == expected


def histogram(storage: Storage) -> Process:
    """bins[word] += 1, and the new count goes out: the same word may come in neighbouring iterations."""
    builder = ProcessBuilder.named("histogram")
    source, sink = builder.input("source", 3), builder.output("sink", 16)
    bins = builder.memory("bins", 16, 8, initial=(7, 0, 1), storage=storage)
    block = builder.region("main", ii=1)
    word = block.read(source)
    total = block.add(block.load(bins, word), block.const(1, 16))
    block.store(bins, word, total)
    block.write(sink, total)
    block.loop()
    return builder.process


@pytest.mark.parametrize(("storage", "ii"), [(Storage.BLOCK, 2), (Storage.DISTRIBUTED, 1), (Storage.REGISTERS, 1)])
def test_read_modify_write(tmp_path: Path, storage: Storage, ii: int) -> None:
    kernel = compiled(histogram(storage), tmp_path)
    region = kernel.report.processes[0].regions[0]
    assert region.ii == ii
    assert ("memory bins" in region.limit) == (ii == 2)
    random = Random(4)
    words = [random.choice([1, 1, 1, 2, 5, 7]) for _ in range(200)]
    bins, expected = [7, 0, 1, 0, 0, 0, 0, 0], []
    for word in words:
        bins[word] += 1
        expected.append(bins[word])
    for stall in STALLS:
        assert simulate_streams(kernel, {"source": words}, {"sink": 200}, stall).outputs["sink"] == expected

"""Arrays and scalars between the stages of a DATAFLOW region: words, intervals of the loops, interval of the region.

Of a stage, N iterations at interval 1 hold a bank for N cycles and as many more as the accesses that close the bank lie
stages behind those that open it. A bank goes from writer to reader and back in no cycle of its own. So a region's
interval is the longest of its stages, or (writer + reader) / banks of its slowest array.
"""

import random
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.board.memory import lutram_luts
from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.compile import CompiledKernel, compile_kernel, lint
from fpdeep_gen.hls.schedule import constraints
from tests.hls.batch.build import simulation
from tests.hls.batch.run import Stimulus, run_group
from tests.hls.kernels.cases import HERE, STALL, Case, faults, group_of, pack, signed

BLOCKS = 12
RANDOM = random.Random(7)


@dataclass(frozen=True)
class Flow:
    """A kernel of blocks: a case of `BLOCKS` of them, and the cycles from one block to the next by hand."""

    case: Case
    interval: float


def _case(name: str, x: list[int], out: list[int], ii: list[int], interval: float, first: int) -> Flow:
    """`first`: cycles up to the first block's last word, apart from the depths of the stages' pipelines."""
    steps = int(first + (BLOCKS - 1) * interval)
    return Flow(Case(name, {"in": x}, {"out": out}, ii, steps, fills=10, calls=BLOCKS), interval)


def _copy() -> Flow:
    x = np.random.default_rng(1).integers(-2048, 2048, (BLOCKS, 32))
    # both stages take 32 cycles; (32 + 32) / 2 banks
    return _case("buffers_copy", x.ravel().tolist(), x[:, ::-1].ravel().tolist(), [1, 1], 32, 64)


def _transpose() -> Flow:
    x = np.random.default_rng(2).integers(-(2**31), 2**31, (BLOCKS, 8, 8))
    out = x.transpose(0, 2, 1).ravel().tolist()
    return _case("buffers_transpose", x.ravel().tolist(), out, [1, 1], 64, 128)


def _fft() -> Flow:
    x = np.random.default_rng(3).integers(-(2**15), 2**15, (BLOCKS, 16, 2))
    table = (
        np.array([16384, 15137, 11585, 6270, 0, -6270, -11585, -15137]),
        np.array([0, 6270, 11585, 15137, 16384, 15137, 11585, 6270]),
    )
    order = [int(f"{place:04b}"[::-1], 2) for place in range(16)]
    out: list[int] = []
    for block in x:
        points = block[order].astype(np.int64)
        for level in range(4):
            for low in range(1 << level):
                cosine, sine = table[0][low << 3 - level], table[1][low << 3 - level]
                first = np.arange(low, 16, 2 << level)
                p, q = points[first].copy(), points[first + (1 << level)]
                turned = np.stack([q[:, 0] * cosine + q[:, 1] * sine, q[:, 1] * cosine - q[:, 0] * sine], 1) >> 14
                points[first], points[first + (1 << level)] = p + turned, p - turned
        exact = np.fft.fft(block[:, 0] + 1j * block[:, 1])
        assert np.abs(points[:, 0] + 1j * points[:, 1] - exact).max() < 16  # it is a Fourier transform
        out += [pack(point, 20) for point in points.tolist()]
    words = [pack(point, 16) for point in x.reshape(-1, 2).tolist()]
    # load and store take 16 cycles; a level 8 and at most 5 stages between its accesses: (16 + 13) / 2 and less
    return _case("fft_stages", words, out, [1] * 6, 16, 2 * 16 + 4 * 8)


def _sort() -> Flow:
    x = [RANDOM.getrandbits(12) for _ in range(BLOCKS * 64)]
    blocks = [sorted(x[at : at + 64], key=lambda word: word & 15) for at in range(0, len(x), 64)]
    out = [word for block in blocks for word in block]
    # the histogram: a step, 16 bins cleared, 64 keys and a stage to leave, 16 bins out, a step
    return _case("counting_sort", x, out, [1] * 8, 1 + 16 + 65 + 16 + 1, 64 + 99 + 16 + 82 + 64)


def _scaling() -> Flow:
    out, words = [], []
    for block in range(BLOCKS):
        x = [RANDOM.randrange(-(1 << block + 3), 1 << block + 3) for _ in range(16)]
        bits = max(value.bit_length() if value >= 0 else (~value).bit_length() for value in x)
        shift, words = 15 - bits, words + x
        out += [value << shift for value in x] + [sum(x), sum(value * value >> 4 for value in x)]
    # the second stage writes 16 words and two more
    return _case("block_scaling", words, out, [1, 1], 18, 16 + 18)


def _nested() -> Flow:
    x = np.random.default_rng(5).integers(-(2**31), 2**31, (BLOCKS, 16))
    out = x.cumsum(1).cumsum(1)[:, ::-1].ravel()
    # a sum's store lies a stage behind its load, so (17 + 16) / 2 banks
    return _case("nested_buffers", x.ravel().tolist(), [signed(int(one), 32) for one in out], [1] * 4, 16.5, 4 * 16)


FLOWS = [_copy(), _transpose(), _fft(), _sort(), _scaling(), _nested()]
CASES = [one.case for one in FLOWS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_kernel(case: Case) -> None:
    assert faults(case, CASES) == []


def test_intervals_of_the_regions() -> None:
    """From twice as many blocks: each block more costs the interval, no cycle besides."""
    twice = {one.name: Stimulus({"in": [*one.inputs["in"]] * 2}, 2 * BLOCKS) for one in CASES}
    once = {one.name: Stimulus(one.inputs, BLOCKS) for one in CASES}
    group = group_of(tuple(one.name for one in CASES))
    first, second = (run_group(group, stimuli, (0.0,)) for stimuli in (once, twice))
    found = {name: (second[name].rtl[0.0].cycles - first[name].rtl[0.0].cycles) / BLOCKS for name in once}
    assert found == {one.case.name: one.interval for one in FLOWS}


def test_memories_are_counted() -> None:
    """Two banks of 12 bits, not of the 16 that C++ keeps them in; a copy for each reader; what is summed in the top."""
    kernels = group_of(tuple(one.name for one in CASES)).kernels
    copy = kernels["buffers_copy"].report
    (buffer,) = copy.between
    assert (buffer.width, buffer.depth, buffer.banks, buffer.copies) == (12, 32, 2, 1)
    assert buffer.resources.lut == lutram_luts(12, 64)
    assert copy.resources.lut > buffer.resources.lut
    (block,) = kernels["buffers_transpose"].report.between
    assert (block.width, block.depth, block.banks, block.resources.bram36) == (32, 64, 3, 0.5)
    keys = kernels["counting_sort"].report.between[0]
    assert (keys.name, keys.width, keys.depth, keys.banks, keys.copies) == ("keys", 12, 64, 4, 2)
    assert {one.name: one.width for one in kernels["block_scaling"].report.between}["shift"] == 4
    squares = next(one for one in kernels["block_scaling"].report.fifos if one.name == "squares")
    assert (squares.width, squares.depth) == (32, 16)


def test_lint() -> None:
    for kernel in group_of(tuple(one.name for one in CASES)).kernels.values():
        lint(kernel)


def _mutant(kernel: CompiledKernel, folder: Path, old: str, new: str) -> CompiledKernel:
    text = kernel.verilog.read_text()
    assert text.count(old) == 1
    (folder / kernel.verilog.name).write_text(text.replace(old, new))
    return replace(kernel, verilog=folder / kernel.verilog.name)


def test_broken_hand_overs_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bank that never changes, a writer that is let go too far ahead, a bank handed over before its last word."""
    group = group_of(tuple(one.name for one in CASES))
    stuck = _mutant(
        group.kernels["buffers_copy"],
        tmp_path,
        "buffer_words0[buffer_w_address0]",
        "buffer_words0[6'(buffer_w_address0[4:0])]",
    )
    fifo = 'fpdeep_fifo #(.WIDTH(1), .DEPTH({}), .STORAGE("distributed")) u_bank_keys_free_1 ('
    ahead = _mutant(group.kernels["counting_sort"], tmp_path, fifo.format(4), fifo.format(6))
    monkeypatch.setattr(constraints, "_guard_distances", lambda region: [])
    early = compile_kernel(HERE / "nested_buffers.cpp", "nested_buffers", [], tmp_path / "early")
    monkeypatch.undo()
    broken = {one.top: one for one in (stuck, ahead, early)}
    names = {one.name: one for one in CASES if one.name in broken}
    mutants = replace(group, kernels=broken, simulation=simulation(list(broken.values()), "-O0"))
    found = run_group(mutants, {name: Stimulus(one.inputs, BLOCKS) for name, one in names.items()}, (0.0, STALL))
    assert {name: "native against RTL" in one.difference() for name, one in found.items()} == dict.fromkeys(names, True)


REFUSED = {
    "two writers": (
        "void a(int x[4]) { x[0] = 1; } void b(int x[4]) { x[1] = 2; } void c(const int x[4], S& s) { s.write(x[0]); }",
        "int x[4]; a(x); b(x); c(x, out);",
        "a writes, b writes, c reads",
    ),
    "read before it is written": (
        "void a(const int x[4], S& s) { s.write(x[0]); } void b(int x[4]) { x[1] = 2; }",
        "int x[4]; a(x, out); b(x);",
        "a reads, b writes",
    ),
    "touched outside of the stages": (
        "void a(int x[4]) { x[0] = 1; } void c(const int x[4], S& s) { s.write(x[0]); }",
        "int x[4]; x[2] = 5; a(x); c(x, out);",
        "x, which other code uses too",
    ),
    "read twice from a FIFO": (
        "void a(int x[4]) { x[0] = 1; } void c(const int x[4], S& s) { s.write(x[0]); }"
        " void d(const int x[4], S& s) { s.write(x[0]); }",
        "int x[4];\n#pragma HLS STREAM variable=x depth=4\na(x); c(x, out); d(x, more);",
        "other accesses",
    ),
}


@pytest.mark.parametrize(("stages", "body", "found"), REFUSED.values(), ids=REFUSED)
def test_refused(stages: str, body: str, found: str, tmp_path: Path) -> None:
    source = tmp_path / "flow.cpp"
    head = '#include "hls_stream.h"\n#define S hls::stream<int>\n'
    text = f"{head}{stages}\nvoid flow(S& out, S& more) {{\n#pragma HLS DATAFLOW\n{body}\n}}\n"
    source.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compile_kernel(source, "flow", [], tmp_path / "rtl")
    assert any(found in one.found for one in caught.value.problems), caught.value.problems

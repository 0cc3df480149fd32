"""Several arguments, of several widths, behind one AXI4 master."""

from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.errors import InputError, ToolError
from fpdeep_gen.hls.compile import compile_kernel, lint
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from fpdeep_gen.hls.frontend import front_end
from fpdeep_gen.hls.simulate import Bursts
from tests.hls.interfaces.broken import break_design

KERNEL = """
#include "ap_int.h"
#include "hls_burst_maxi.h"
void weave(hls::burst_maxi<int> a, const short *b, long *c, ap_uint<12> *d) {
#pragma HLS INTERFACE m_axi port=a depth=100
#pragma HLS INTERFACE m_axi port=b depth=100
#pragma HLS INTERFACE m_axi port=c depth=100 max_write_burst_length=8
#pragma HLS INTERFACE m_axi port=d depth=100
    a.read_request(0, 100);  // waits in its FIFO and must not stop b
    short near[100];
    for (int i = 0; i < 100; i++) {
#pragma HLS PIPELINE II=1
        near[i] = b[99 - i] + b[i];
    }
    for (int i = 0; i < 100; i++) {
#pragma HLS PIPELINE II=1
        const int value = a.read();
        c[i] = (long)value << 20 | (near[i] & 0xfff);
        if (value & 1) d[i] = near[i];
    }
}
"""
RELAY = """
#include "hls_stream.h"
static void put(hls::stream<int> &in, int *memory, hls::stream<int> &rows) {
    for (int row = 0; row < 6; row++) {
        for (int i = 0; i < 8; i++) {
#pragma HLS PIPELINE
            memory[8 * row + i] = in.read() * 3;
        }
        rows.write(row);
    }
}
static void get(int *memory, hls::stream<int> &rows, hls::stream<int> &out) {
    for (int i = 0; i < 48; i++) {
#pragma HLS PIPELINE
        static int row;
        if (i % 8 == 0) row = rows.read();
        out.write(memory[8 * row + 7 - i % 8]);
    }
}
void relay(hls::stream<int> &in, int *memory, hls::stream<int> &out) {
#pragma HLS INTERFACE m_axi port=memory depth=48
#pragma HLS DATAFLOW
    hls::stream<int> rows;
    put(in, memory, rows);
    get(memory, rows, out);
}
"""
LATE = """
#include "hls_stream.h"
static void put(hls::stream<int> &in, int *memory, hls::stream<int> &rows) {
    for (int i = 0; i < 48; i++) {
#pragma HLS PIPELINE
        if (i > 0) rows.write(i - 1);
        const int x = in.read();
        const int y = x * x * x * x * x * x * x;
        memory[i] = y * y * y * y * y;
    }
    rows.write(47);
}
static void get(int *memory, hls::stream<int> &rows, hls::stream<int> &out) {
    for (int i = 0; i < 48; i++) {
#pragma HLS PIPELINE
        out.write(memory[rows.read()]);
    }
}
void late(hls::stream<int> &in, int *memory, hls::stream<int> &out) {
#pragma HLS INTERFACE m_axi port=memory depth=48
#pragma HLS DATAFLOW
    hls::stream<int> rows;
    put(in, memory, rows);
    get(memory, rows, out);
}
"""
A, B = np.arange(100) * 7 - 3, np.arange(100) * 11 - 900


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("masters")
    (path / "weave.cpp").write_text(KERNEL, encoding="utf-8")
    (path / "relay.cpp").write_text(RELAY, encoding="utf-8")
    (path / "late.cpp").write_text(LATE, encoding="utf-8")
    return path


STIMULUS = {
    "weave": {"a": A, "b": B, "c": np.zeros(100, dtype=int), "d": np.arange(100)},
    "late": {"in": 2 * np.arange(48) + 1, "memory": np.zeros(48, dtype=int)},
    "relay": {"in": np.arange(48) + 5, "memory": np.arange(48)},
}


def run(folder: Path, top: str = "weave") -> Cosimulation:
    return cosimulate(folder / f"{top}.cpp", top, folder / top, stimulus=STIMULUS[top], stalls=0.2)


def test_arguments_of_a_bundle_take_turns(folder: Path) -> None:
    done = run(folder)
    assert done.differences == ()
    near = (B + B[::-1]) & 0xFFF
    assert done.outputs["c"] == [int(value) << 20 | int(low) for value, low in zip(A, near, strict=True)]
    assert done.outputs["d"] == [int(near[i]) if A[i] & 1 else i for i in range(100)]
    text = done.compiled.verilog.read_text(encoding="utf-8")
    assert "wire [63:0] m_axi_gmem_wdata" in text
    assert "m_axi_gmem_a" not in text.replace("m_axi_gmem_ar", "").replace("m_axi_gmem_aw", "")
    assert done.bursts["a"] == Bursts(7, 100, 0, 0)  # 16 and 8 up to a border of 4 KiB, four of 16, 12
    assert (done.bursts["b"].read_beats, done.bursts["d"].write_beats) == (200, 50)
    assert done.bursts["c"].write_beats == 100
    lint(done.compiled)


def test_one_stage_reads_what_another_writes(folder: Path) -> None:
    done = run(folder, "relay")
    assert done.differences == ()
    assert done.outputs["out"] == [3 * (8 * (i // 8) + 7 - i % 8 + 5) for i in range(48)]
    (warning,) = done.compiled.report.warnings
    assert warning.endswith("memory is written by put and used by get: only words of streams order the two")
    lint(done.compiled)


def test_a_word_tells_of_what_the_iteration_before_wrote(folder: Path) -> None:
    """The product takes many stages; the word of the next iteration waits for it, and both loops keep their II."""
    done = run(folder, "late")
    assert done.differences == ()
    assert done.outputs["out"] == [(value**35 + 2**31) % 2**32 - 2**31 for value in range(1, 97, 2)]
    regions = [
        region for process in done.compiled.report.processes for region in process.regions if region.requested_ii
    ]
    assert [region.ii for region in regions] == [1, 1]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("out.write(memory[8 * row + 7 - i % 8]);", "memory[i] = row;"), "writes by put, get"),
        (("get(memory, rows, out);", "get(memory, rows, out);\n    put(in, memory, rows);"), "writes by put, put_"),
    ],
)
def test_two_stages_do_not_write_one_array(folder: Path, change: tuple[str, str], found: str) -> None:
    assert change[0] in RELAY
    (folder / "piece.cpp").write_text(RELAY.replace(*change), encoding="utf-8")
    with pytest.raises(InputError, match=f"argument memory: expected .* by one stage or task, found {found}"):
        front_end(folder / "piece.cpp", "relay", [])


@pytest.mark.parametrize(
    ("top", "cell", "broken", "told"),
    [
        ("weave", "fpdeep_burst_read", ("room >= 16'(beats)", "1'b1"), "stalled: no word has moved"),
        ("weave", "fpdeep_share_write", ("+:BYTES] & lanes", "+:BYTES]"), "a strobe outside of the beat"),
        ("relay", "fpdeep_axi_read", ("~hold", "1'b1"), ""),
    ],
)
def test_sharing_that_is_broken_is_caught(
    folder: Path, top: str, cell: str, broken: tuple[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = compile_kernel(folder / f"{top}.cpp", top, [], folder / top)
    break_design(monkeypatch, right, broken, cell=cell)
    if not told:
        assert run(folder, top).differences
        return
    with pytest.raises(ToolError, match=told):
        run(folder, top)

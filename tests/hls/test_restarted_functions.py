"""Functions without loops that run for ever, and nobody asked to pipeline: they start again before they are done."""

from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.emit.resources import kernels_dir
from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from fpdeep_gen.hls.emit.report import LoopReport
from fpdeep_gen.hls.schedule import constraints

WORDS = 200
SOURCE = """#include "ap_int.h"
#include "hls_stream.h"
#include "hls_task.h"
typedef hls::stream<ap_uint<16>> Words;
static void history(Words& in, Words& out) {
    static ap_uint<16> words[16];
    static ap_uint<4> at = 0;
    const ap_uint<16> x = in.read();
    out.write(words[ap_uint<4>(at - x % 16)] + x);
    words[at++] = x;
}
static void product(Words& in, Words& out) {
    static ap_uint<16> state = 1;
    const ap_uint<16> x = in.read();
    state = state * state + x;
    out.write(state * x);
}
static void pair(Words& in, Words& out) {
    const ap_uint<16> x = in.read();
    for (int i = 0; i < 1; i++) out.write(x * in.read());
}
void steps(Words& in, Words& out) {
    hls_thread_local Words a, b;
    hls_thread_local hls::task first(history, in, a), second(product, a, b), third(pair, b, out);
}
static void off(Words& in, Words& out) {
#pragma HLS PIPELINE off
    out.write(in.read() * in.read());
}
static void off_in_a_loop(Words& in, Words& out) {
    for (int i = 0; i < 1; i++) {
#pragma HLS PIPELINE off
        out.write(in.read() * in.read());
    }
}
static void slow(Words& in, Words& out) {
    static ap_uint<16> state = 1;
    if (state[0]) out.write(in.read());
    state = state * state * state + in.read();
}
void one_by_one(Words& in, Words& out) {
    hls_thread_local Words a, b;
    hls_thread_local hls::task first(off, in, a), second(off_in_a_loop, a, b), third(slow, b, out);
}
ap_uint<16> called(ap_uint<16> x) {
    static ap_uint<16> sum = 0;
    return sum += x * x;
}
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "steps.cpp"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def simulated(source: Path, stalls: float) -> Cosimulation:
    stimulus = {"in": np.arange(WORDS) * 40503 % 65536}
    return cosimulate(source, "steps", source.parent / "rtl", stimulus=stimulus, stalls=stalls)


def loops(source: Path, top: str, auto_pipeline: bool = True) -> dict[str, LoopReport]:
    """By process."""
    report = compile_kernel(source, top, [], source.parent / "rtl", auto_pipeline=auto_pipeline).report
    return {process.name: one for process in report.processes for one in process.loops}


def test_they_restart_at_the_interval_that_their_state_and_streams_allow(source: Path) -> None:
    done = simulated(source, 0.3)
    assert done.equal, done.differences
    found = loops(source, "steps")
    assert {name: (one.automatic, one.ii, one.requested_ii) for name, one in found.items()} == {
        "history": (True, 1, None),  # a LUT RAM is read before it is written
        "product": (True, 2, None),  # a product in its own state takes two cycles
        "pair": (True, 2, None),  # two words of one stream
    }
    assert found["product"].limit == "variable state"
    assert 2 * WORDS <= done.cycles < 2 * WORDS + 16
    assert loops(source, "steps", auto_pipeline=False) == {}


def test_an_interval_that_is_too_short_is_seen(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = constraints._variable_distances
    monkeypatch.setattr(constraints, "_variable_distances", lambda region, ii: own(region, None))
    monkeypatch.setattr("fpdeep_gen.hls.compile._compiler_key", lambda: "broken")
    done = simulated(source, 0.0)
    assert not done.equal and done.cycles < 2 * WORDS + 16


def test_what_does_not_restart_early(source: Path) -> None:
    """PIPELINE off, also in a loop of one iteration; what would not be faster, and why; a called top."""
    (slow,) = loops(source, "one_by_one").values()
    assert (slow.automatic, slow.ii, slow.requested_ii) == (False, None, None)
    assert slow.sequential.startswith("would not be faster: variable state")
    assert loops(source, "called") == {}


def test_a_call_behind_a_master_ends_before_the_next(tmp_path: Path) -> None:
    """Its writes are on their way for long, to the address of its own call."""
    source = tmp_path / "fill.cpp"
    text = "for (int i = 0; i < 4; i++) m[i] = k + i;"
    pragmas = "#pragma HLS INTERFACE m_axi port=m depth=4\n#pragma HLS PIPELINE II=4\n"
    source.write_text(f"void fill(int *m, int k) {{\n{pragmas}{text}\n}}\n", encoding="utf-8")
    done = cosimulate(source, "fill", tmp_path / "rtl", calls=4)
    assert done.equal, done.differences
    assert done.compiled.report.interface is not None and not done.compiled.report.interface.overlapped


def test_words_of_one_flit_cross_a_link_one_a_cycle(tmp_path: Path) -> None:
    """FLITS a word (docs/architecture.md, section 4); their loops have one iteration then, and are gone."""
    source = tmp_path / "cross.cpp"
    source.write_text(
        """#include "fpdeep_kernels.h"
struct Flit { using Word = ap_uint<24>; static constexpr int BITS = 24, FLITS = 1, PAYLOAD = 32; };
void cross(hls::stream<ap_uint<24>>& in, hls::stream<ap_uint<24>>& out, hls::stream<ap_uint<1>>& freed) {
    hls_thread_local hls::stream<ap_uint<32>, 4> flits;
    hls_thread_local hls::task packs(pack<Flit>, in, flits), unpacks(unpack<Flit>, flits, freed, out);
}
""",
        encoding="utf-8",
    )
    report = compile_kernel(source, "cross", [kernels_dir()], tmp_path / "rtl").report
    assert [(process.name, one.ii) for process in report.processes for one in process.loops] == [
        ("pack_Flit", 1),
        ("unpack_Flit", 1),
    ]

"""`hls::fence` and ALIAS: the order of accesses to different streams and arrays, and two arguments in one memory."""

from pathlib import Path

import pytest

from fpdeep_gen.errors import InputError
from fpdeep_gen.hls.compile import compile_kernel, lint
from fpdeep_gen.hls.cosim import cosimulate
from fpdeep_gen.hls.frontend import front_end
from fpdeep_gen.hls.ir import StreamWrite
from fpdeep_gen.hls.schedule.constraints import StreamOrder
from fpdeep_gen.hls.schedule.cycles import cyclic_operations
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.exclusive import Exclusion
from fpdeep_gen.hls.schedule.model import RegionSchedule
from fpdeep_gen.hls.schedule.search import Search
from tests.hls.interfaces.broken import break_design

KERNEL = """
#include "hls_stream.h"
#include "hls_fence.h"
static void put(hls::stream<int>& in, int* a, hls::stream<bool>& done) {
    for (int i = 0; i < 40; i++) {
#pragma HLS PIPELINE
        a[i] = in.read();
    }
    hls::fence(a, done);
    done.write(true);
}
static void get(short* b, hls::stream<int>& out, hls::stream<bool>& done) {
    done.read();
    hls::fence({done}, {b});
    for (int i = 0; i < 80; i++) {
#pragma HLS PIPELINE
        out.write(b[79 - i]);
    }
}
void both(hls::stream<int>& in, int* a, short* b, hls::stream<int>& out) {
#pragma HLS INTERFACE m_axi port=a bundle=one depth=40 offset=direct
#pragma HLS INTERFACE m_axi port=b bundle=two depth=80 offset=direct
#pragma HLS ALIAS ports=a,b distance=0
#pragma HLS DATAFLOW
    hls::stream<bool> done;
    put(in, a, done);
    get(b, out, done);
}
"""
BENCH = """
#include <cstdio>
#include "hls_stream.h"
void both(hls::stream<int>& in, int* a, short* b, hls::stream<int>& out);
int main() {
    int wrong = 0;
    static int memory[48];
    short* const halves = (short*)(memory + 4);
    for (int call = 0; call < 2; call++) {
        hls::stream<int> in, out;
        for (int i = 0; i < 40; i++) in.write(70000 * i + call);
        both(in, memory + 8, halves, out);
        for (int i = 79; i >= 0; i--) wrong += out.read() != halves[i];
        wrong += memory[9] != 70000 + call;
    }
    std::printf("%d wrong\\n", wrong);
    return wrong;
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fences")
    (path / "both.cpp").write_text(KERNEL, encoding="utf-8")
    (path / "bench.cpp").write_text(BENCH, encoding="utf-8")
    return path


def test_two_arguments_in_one_memory(folder: Path) -> None:
    """b begins 16 bytes in front of a, in elements of half the size, behind a master of its own."""
    done = cosimulate(folder / "both.cpp", "both", folder / "rtl", testbench=folder / "bench.cpp", stalls=0.3)
    assert (done.differences, done.printed) == ((), "0 wrong\n")
    values = [number >> shift & 0xFFFF for number in (70000 * i for i in range(36)) for shift in (0, 16)]
    assert [word & 0xFFFF for word in done.outputs["out"][:72]] == values[::-1]
    lint(done.compiled)


def test_reads_in_front_of_the_writes_are_caught(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither does the fence wait for the writes, nor do reads of the other argument."""
    compiled = compile_kernel(folder / "both.cpp", "both", [], folder / "rtl", 200.0)
    unfenced = (("_axi_s_tready = ~a_axi_writes", "_axi_s_tready = 1"), ("a_axi_busy | b_axi_busy)", "1'b0)"))
    break_design(monkeypatch, compiled, *unfenced)
    done = cosimulate(folder / "both.cpp", "both", folder / "rtl", testbench=folder / "bench.cpp", stalls=0.3)
    assert any(one.startswith("out[") for one in done.differences)


ORDERED = """
#include "hls_stream.h"
#include "hls_fence.h"
void ordered(hls::stream<int>& in, hls::stream<int>& first, hls::stream<int>& second) {
    for (int i = 0; i < 64; i++) {
#pragma HLS PIPELINE
        first.write(i);
        FENCE;
        second.write(in.read());
    }
}
"""


@pytest.mark.parametrize(
    ("fence", "later"),
    [
        ("hls::fence({first}, {second})", True),
        ("hls::fence(first, in, second)", True),
        ("hls::fence({second}, {first})", False),
        ("", False),
    ],
)
def test_accesses_keep_to_their_side(tmp_path: Path, fence: str, later: bool) -> None:
    """Where nothing else orders the streams; an iteration still starts in each cycle."""
    source = tmp_path / "ordered.cpp"
    source.write_text(ORDERED.replace("FENCE", fence), encoding="utf-8")
    (process,) = front_end(source, "ordered", []).processes
    region = next(one for one in process.regions if one.ii == 1)
    search = Search(region, DelayModel(200.0), {}, Exclusion(), cyclic_operations(region))
    found = search.attempt(1, StreamOrder.FREE)
    assert isinstance(found, RegionSchedule)
    writes = [one for one in region.operations if isinstance(one, StreamWrite) and one.stream.order is None]
    stages = {one.stream.name: found.stage(one) for one in writes}
    assert (stages["second"] > stages["first"]) == later


ALIASED = """
#include "hls_stream.h"
void aliased(hls::stream<int>& in, int* a, short* b, hls::stream<int>& out) {
#pragma HLS INTERFACE m_axi port=a bundle=one depth=40
#pragma HLS INTERFACE m_axi port=b bundle=two depth=80
#pragma HLS ALIAS ports=a,b distance=0
    for (int i = 0; i < 40; i++) {
#pragma HLS PIPELINE
        const int x = in.read();
        const short before = b[i];
        a[i] = x + before;
        out.write(b[i]);
    }
}
"""


@pytest.mark.parametrize("alias", [True, False])
def test_what_was_read_is_read_again_behind_a_write(tmp_path: Path, alias: bool) -> None:
    source = tmp_path / "aliased.cpp"
    source.write_text(ALIASED if alias else ALIASED.replace("#pragma HLS ALIAS", "//"), encoding="utf-8")
    (process,) = front_end(source, "aliased", []).processes
    accesses = [
        one.stream.name
        for one in process.operations()
        if isinstance(one, StreamWrite) and one.stream.name in ("a_axi_w", "b_axi_ar")
    ]
    assert accesses == ["b_axi_ar", "a_axi_w", *["b_axi_ar"] * alias]
    loop = next(region for region in process.regions if region.loops)
    assert (loop.ii is None) == alias  # iterations do not overlap


REFUSED = {
    "between stages": (("    get(b", "    hls::fence(done, b);\n    get(b"), "a fence: expected one in a stage"),
    "not behind a master": (("ports=a,b", "ports=a,in"), "HLS ALIAS: expected arguments with .*m_axi.* found in"),
    "at address 0": (("depth=80 offset=direct", "depth=80 offset=off"), "and an address .* found b"),
    "one alone": (("ports=a,b", "ports=a"), "expected ports=, two names at least, found a"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_ordered_is_refused(case: str, tmp_path: Path) -> None:
    change, told = REFUSED[case]
    assert change[0] in KERNEL
    (tmp_path / "both.cpp").write_text(KERNEL.replace(*change), encoding="utf-8")
    with pytest.raises(InputError, match=told):
        compile_kernel(tmp_path / "both.cpp", "both", [], tmp_path / "rtl", 200.0)

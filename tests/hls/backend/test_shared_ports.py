"""One port of a LUT RAM for the loads of several regions, of which one works at a time; writes likewise."""

from pathlib import Path
from random import Random

import pytest

from fpdeep_gen.hls.compile import CompiledKernel, compile_kernel
from fpdeep_gen.hls.schedule.constraints import StreamOrder
from fpdeep_gen.hls.schedule.model import RegionSchedule
from fpdeep_gen.hls.schedule.search import Infeasible, Search
from fpdeep_gen.hls.simulate import simulate_streams

DEPTH = 11

SOURCE = """
#include "ap_int.h"
#include "hls_stream.h"
void top(hls::stream<ap_uint<2>>& command, hls::stream<ap_uint<24>>& in, hls::stream<ap_uint<24>>& out) {
    static ap_uint<24> kept[11];
#pragma HLS BIND_STORAGE variable=kept type=ram_2p impl=lutram
#pragma HLS DEPENDENCE variable=kept inter false
    const ap_uint<2> order = command.read();
    if (order == 0) {
        for (int at = 0; at < 11; ++at) {
#pragma HLS PIPELINE II=1
            kept[at] = in.read();
        }
    } else if (order == 1) {
        for (int at = 0; at < 11; ++at) {
#pragma HLS PIPELINE II=1
            out.write(kept[10 - at]);
        }
    } else {
        for (int at = 0; at < 11; ++at) {
#pragma HLS PIPELINE II=1
            const ap_uint<24> old = kept[at];
            const ap_uint<24> product = old * in.read();
            kept[at] = product + 1;
            out.write(old);
        }
    }
}
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> CompiledKernel:
    """Fills, sends from the end, or multiplies its words."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "kept.cpp").write_text(SOURCE)
    return compile_kernel(folder / "kept.cpp", "top", [], folder / "rtl")


def test_regions_share_a_read_and_a_write_port(kernel: CompiledKernel) -> None:
    (process,) = kernel.report.processes
    (memory,) = process.memories
    assert (memory.storage, memory.read_ports, memory.write_ports) == ("distributed", 1, 1)
    assert [region.ii for region in process.regions if region.requested_ii == 1] == [1, 1, 1]


@pytest.mark.parametrize("stall", [0.0, 0.4])
def test_each_region_reads_and_writes_at_its_own_address(kernel: CompiledKernel, stall: float) -> None:
    random = Random(5)
    orders = [0, 1, 2, 2, 1, 0, 2, 1, 1, 2, 2, 1]
    words, expected, kept = [], [], [0] * DEPTH
    for order in orders:
        fresh = [random.getrandbits(24) for _ in range(DEPTH if order != 1 else 0)]
        words += fresh
        expected += {0: [], 1: kept[::-1], 2: kept}[order]
        if order == 0:
            kept = fresh
        elif order == 2:
            kept = [(old * word + 1) % (1 << 24) for old, word in zip(kept, fresh, strict=True)]
    result = simulate_streams(kernel, {"command": orders, "in": words}, {"out": len(expected)}, stall, seed=3)
    assert result.outputs["out"] == expected


READS = """
#include "ap_int.h"
#include "hls_stream.h"
void sums(hls::stream<ap_uint<72>>& in, hls::stream<ap_uint<32>>& out) {
    static ap_uint<24> table[64];
#pragma HLS BIND_STORAGE variable=table type=ram_2p impl=bram
    for (int at = 0; at < 64; ++at) table[at] = at * at;
    for (int i = 0; i < 16; ++i) {
#pragma HLS PIPELINE II=1
        const ap_uint<72> word = in.read();
        ap_uint<32> sum = 0;
        for (int k = 0; k < 11; ++k) sum += table[word.range(6 * k + 5, 6 * k)];
        out.write(sum);
    }
}
"""


def test_intervals_that_the_ports_forbid_are_not_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """11 reads by two ports take 6 cycles; each attempt at less took many rounds."""
    tried: list[int] = []
    attempt = Search.attempt

    def noted(self: Search, ii: int | None, order: StreamOrder, stretch: float = 1.0) -> RegionSchedule | Infeasible:
        tried.extend([ii] if ii is not None and self.region.automatic is None else [])
        return attempt(self, ii, order, stretch)

    monkeypatch.setattr(Search, "attempt", noted)
    (tmp_path / "sums.cpp").write_text(READS)
    (process,) = compile_kernel(tmp_path / "sums.cpp", "sums", [], tmp_path / "rtl").report.processes
    (loop,) = (region for region in process.regions if region.requested_ii == 1)
    assert (loop.ii, loop.limit) == (6, "ports of memory table")
    assert tried == [5, 6]  # the one before tells why

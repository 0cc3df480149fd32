"""Ports that serve several accesses: of a LUT RAM loads of several regions, of a block RAM loads and stores."""

from pathlib import Path
from random import Random

import pytest

from fpdeep_gen.hls.compile import CompiledKernel, compile_kernel
from fpdeep_gen.hls.schedule.constraints import StreamOrder
from fpdeep_gen.hls.schedule.model import RegionSchedule
from fpdeep_gen.hls.schedule.search import Infeasible, Search
from fpdeep_gen.hls.simulate import simulate_streams
from fpdeep_gen.hls.synthesis.estimate import estimate

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


BUTTERFLY = """
#include "ap_int.h"
#include "hls_stream.h"
void butterfly(hls::stream<ap_int<32>>& in, hls::stream<ap_int<32>>& out) {
    static ap_int<32> kept[1024];
#pragma HLS BIND_STORAGE variable=kept impl=bram
    for (int at = 0; at < 1024; ++at) {
#pragma HLS PIPELINE II=1
        kept[at] = in.read();
    }
    for (int at = 0; at < 512; ++at) {
#pragma HLS PIPELINE II=2
#pragma HLS DEPENDENCE variable=kept inter false
        const ap_int<32> low = kept[at];
        ap_int<16> factor = 3;
        if (low[0]) factor = in.read();
        const ap_int<32> high = ap_int<16>(kept[at + 512]) * factor;
        kept[at] = low + high;
        kept[at + 512] = low - high;
    }
    for (int at = 0; at < 1024; ++at) {
#pragma HLS PIPELINE II=1
        out.write(kept[at]);
    }
}
"""


def _low_half(word: int) -> int:
    """Its 16 lower bits, signed."""
    return (word + 0x8000) % 0x10000 - 0x8000


@pytest.fixture(scope="module")
def butterfly(tmp_path_factory: pytest.TempPathFactory) -> CompiledKernel:
    """Two words of a block RAM are replaced by their sum and difference every other cycle."""
    folder = tmp_path_factory.mktemp("butterfly")
    (folder / "butterfly.cpp").write_text(BUTTERFLY)
    return compile_kernel(folder / "butterfly.cpp", "butterfly", [], folder / "rtl")


def test_two_loads_and_two_stores_are_the_two_ports_of_one_block_ram(butterfly: CompiledKernel, tmp_path: Path) -> None:
    (process,) = butterfly.report.processes
    (memory,) = process.memories
    assert (memory.storage, memory.read_ports, memory.write_ports) == ("block", 2, 2)
    assert [region.ii for region in process.regions if region.requested_ii == 2] == [2]
    (top,) = estimate([butterfly], tmp_path)
    assert not top.missing
    assert (top.synthesised.bram36, butterfly.report.resources.bram36) == (1.0, 1.0)  # 1024 words of 32 bits


@pytest.mark.parametrize("stall", [0.0, 0.4])
def test_loads_keep_their_words_while_their_port_writes(butterfly: CompiledKernel, stall: float) -> None:
    """A stall of `in`, which is read where the first load is odd, while an older iteration writes."""
    random = Random(6)
    words, expected = [], []
    for _ in range(2):
        kept = [random.getrandbits(32) for _ in range(1024)]
        factors = [random.getrandbits(16) if low % 2 else 3 for low in kept[:512]]
        words += kept + [factor for low, factor in zip(kept, factors, strict=False) if low % 2]
        highs = [_low_half(word) * _low_half(factor) for word, factor in zip(kept[512:], factors, strict=True)]
        pairs = list(zip(kept[:512], highs, strict=True))
        expected += [(low + high) % (1 << 32) for low, high in pairs] + [
            (low - high) % (1 << 32) for low, high in pairs
        ]
    result = simulate_streams(butterfly, {"in": words}, {"out": len(expected)}, stall, seed=4)
    assert result.outputs["out"] == expected


LOOKED_UP = """
#include "ap_int.h"
#include "hls_stream.h"
void looked_up(hls::stream<ap_uint<10>>& in, hls::stream<ap_uint<32>>& out) {
    static ap_uint<32> table[1024];
#pragma HLS BIND_STORAGE variable=table impl=bram
    for (int at = 0; at < 1024; ++at) {
#pragma HLS PIPELINE II=1
        table[at] = at * 40503u + 17;
    }
    for (int i = 0; i < 300; ++i) {
#pragma HLS PIPELINE II=2
        const ap_uint<10> at = in.read();
        const ap_uint<32> first = table[at], second = table[at ^ 5];
        const ap_uint<32> product = ap_uint<16>(first) * ap_uint<16>(second);
        out.write(table[product.range(19, 10)] + first);
    }
}
"""


@pytest.mark.parametrize("stall", [0.0, 0.1, 0.4])
def test_an_iteration_that_fell_behind_waits_for_the_port_of_an_older_one(tmp_path: Path, stall: float) -> None:
    """The third load is three stages behind the first, whose port it has: an iteration that waited for a word a cycle
    longer than two would read where the older one looks."""
    (tmp_path / "looked_up.cpp").write_text(LOOKED_UP)
    kernel = compile_kernel(tmp_path / "looked_up.cpp", "looked_up", [], tmp_path / "rtl")
    (process,) = kernel.report.processes
    (memory,) = process.memories
    assert (memory.storage, memory.read_ports) == ("block", 2)
    assert [region.ii for region in process.regions if region.requested_ii == 2] == [2]
    table = [(at * 40503 + 17) % (1 << 32) for at in range(1024)]
    places = [(37 * i + 11) % 1024 for i in range(300)]
    products = [(table[at] % 65536) * (table[at ^ 5] % 65536) for at in places]
    expected = [
        (table[product >> 10 & 1023] + table[at]) % (1 << 32) for at, product in zip(places, products, strict=True)
    ]
    result = simulate_streams(kernel, {"in": places}, {"out": len(expected)}, stall, seed=5)
    assert result.outputs["out"] == expected

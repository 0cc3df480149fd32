"""Co-simulation of tops with scalars, arrays, structures and streams, with random inputs and under a test bench."""

from pathlib import Path

import numpy as np
import pytest

from fpdeep_gen.hls.compile import lint
from fpdeep_gen.hls.cosim import Cosimulation, cosimulate
from fpdeep_gen.hls.interface import Control, Direction, Kind
from fpdeep_gen.hls.undefined import undefined_results
from tests.hls.interfaces.broken import break_design

MIXED = """
#include "ap_int.h"
#include "hls_stream.h"
struct Pair { short re; ap_int<20> im; };
Pair mixed(int a[10], const ap_int<5> b[4][3], Pair pairs[8], short x, short *y, ap_uint<9>& z, ap_uint<100> wide,
           bool flag, hls::stream<ap_int<8>>& in, hls::stream<Pair>& log) {
    int sum = 0;
    for (int i = 0; i < 10; i++) {
#pragma HLS PIPELINE II=1
        a[i] = a[i] + x + b[i & 3][i % 3] + in.read();
        sum += a[i];
    }
    Pair total;
    total.re = sum;
    total.im = 0;
    for (int i = 0; i < 8; i++) {
        Pair one = pairs[i];
        if (flag) one.re += short(wide >> 80);
        pairs[7 - i] = one;
        total.im += one.im * z;
        if (i & 1) log.write(one);
    }
    *y = sum + 2;
    z += 1;
    return total;
}
"""
BENCH = """
#include <cstdio>
#include "ap_int.h"
#include "hls_stream.h"
struct Pair { short re; ap_int<20> im; };
Pair mixed(int a[10], const ap_int<5> b[4][3], Pair pairs[8], short x, short *y, ap_uint<9>& z, ap_uint<100> wide,
           bool flag, hls::stream<ap_int<8>>& in, hls::stream<Pair>& log);
int main() {
    int wrong = 0;
    for (int run = 0; run < 3; run++) {
        int a[10], sum = 0;
        ap_int<5> b[4][3];
        Pair pairs[8];
        hls::stream<ap_int<8>> in;
        hls::stream<Pair> log;
        for (int i = 0; i < 10; i++) {
            a[i] = 100 * i - run;
            in.write(-i);
            sum += a[i] - i + 7 + ((i & 3) * 3 + i % 3 - 5);
        }
        for (int i = 0; i < 12; i++) b[i / 3][i % 3] = i - 5;
        for (int i = 0; i < 8; i++) { pairs[i].re = i; pairs[i].im = -1000 * i; }
        short y = 0;
        ap_uint<9> z = 511;
        Pair total = mixed(a, b, pairs, 7, &y, z, ap_uint<100>(3) << 80, run & 1, in, log);
        wrong += y != short(sum + 2) || z != 0 || total.re != short(sum);
        for (int i = 1; i < 8; i += 2) wrong += !log.read_nb(pairs[0]);
    }
    std::printf("%d wrong\\n", wrong);
    return wrong;
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cosim")
    (path / "mixed.cpp").write_text(MIXED, encoding="utf-8")
    (path / "bench.cpp").write_text(BENCH, encoding="utf-8")
    return path


def run(folder: Path, testbench: Path | None = None, stalls: float = 0.0) -> Cosimulation:
    return cosimulate(
        folder / "mixed.cpp", "mixed", folder / "rtl", calls=3, words=40, testbench=testbench, stalls=stalls
    )


def test_random_inputs(folder: Path) -> None:
    done = run(folder, stalls=0.3)
    assert done.differences == ()
    # three calls: scalars once a call, a structure of two integers twice, arrays whole, four words of the log a call
    counts = {"y": 3, "z": 3, "ap_return": 6, "a": 30, "b": 36, "pairs": 48, "log": 12}
    assert dict(done.compared) == counts
    assert done.calls == len(done.latencies) == 3
    lint(done.compiled)


def test_the_interface_is_in_the_report(folder: Path) -> None:
    report = run(folder).compiled.report
    assert report.interface is not None
    interface = report.interface.interface()
    assert interface.control is Control.HS
    directions = {one.name: (one.kind, one.direction) for one in interface.arguments}
    assert directions == {
        "a": (Kind.ARRAY, Direction.INOUT),
        "b": (Kind.ARRAY, Direction.IN),
        "pairs": (Kind.ARRAY, Direction.INOUT),
        "x": (Kind.SCALAR, Direction.IN),
        "y": (Kind.SCALAR, Direction.OUT),
        "z": (Kind.SCALAR, Direction.INOUT),
        "wide": (Kind.SCALAR, Direction.IN),
        "flag": (Kind.SCALAR, Direction.IN),
        "in": (Kind.STREAM, Direction.IN),
        "log": (Kind.STREAM, Direction.OUT),
        "ap_return": (Kind.SCALAR, Direction.OUT),
    }
    widths = {one.name: (one.width, one.depth) for one in report.interface.memories}
    assert widths == {"a": (32, 10), "b": (5, 12), "pairs_0": (16, 8), "pairs_1": (20, 8)}


def test_under_a_test_bench(folder: Path) -> None:
    done = run(folder, folder / "bench.cpp")
    assert done.differences == ()
    assert (done.bench_code, done.printed, done.calls) == (0, "0 wrong\n", 3)
    assert done.compared["log"] == 12


BREAKS = {
    "y (call 1): C++ gives ": ("assign y = made[", "assign y = ~made["),
    "a[0] (call 1): C++ gives ": ("assign a_d1 = ", "assign a_d1 = 1 ^ "),
    "pairs[": (".pairs_1_q0(pairs_1_q0)", ".pairs_1_q0(~pairs_1_q0)"),
}


def test_a_broken_design_is_caught(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scalar, an array's memory and a member's, none of which feeds another's result, broken at once."""
    right = run(folder).compiled
    break_design(monkeypatch, right, *BREAKS.values())
    done = run(folder)
    for told in BREAKS:
        assert any(line.startswith(told) for line in done.differences), (told, done.differences)


def test_a_stimulus_by_member(folder: Path) -> None:
    ones = np.ones(1, dtype=np.int64)
    stimulus = {
        "a": np.arange(10),
        "b": np.zeros((4, 3), dtype=np.int64),
        "pairs.0": np.arange(8),
        "pairs.1": np.arange(8) * 10,
        "x": ones,
        "z": ones * 2,
        "wide": np.array([1 << 80], dtype=object),
        "flag": ones,
        "in": np.arange(12),
    }
    done = cosimulate(folder / "mixed.cpp", "mixed", folder / "rtl", stimulus=stimulus)
    assert done.differences == ()
    expected = [value + 1 + value for value in range(10)]  # x = 1 and the words 0..9 of the stream
    assert done.outputs["a"] == expected
    assert done.outputs["y"] == [sum(expected) + 2]
    # pairs[7] is pairs[0] when its turn comes: each im of the first half counts twice, times z = 2; re gets 1 each time
    assert done.outputs["ap_return"] == [sum(expected), 2 * 2 * (0 + 10 + 20 + 30)]
    assert done.outputs["pairs"][0:2] == [2, 0]


LATE = """
void late(const int a[8], int b[8]) {
    int kept;
    for (int i = 0; i < 8; i++) {
#pragma HLS PIPELINE
        b[i] = kept;
        kept = a[i];
#ifndef __SYNTHESIS__
        if (i == 4) kept += 1;
#endif
    }
}
"""


def test_what_cpp_leaves_undefined_is_not_compared(tmp_path: Path) -> None:
    """In RTL `kept` is a register that the second call finds as the first one left it; all else is compared."""
    (tmp_path / "late.cpp").write_text(LATE, encoding="utf-8")
    inputs = {"a": np.arange(16).reshape(2, 8)}
    given = inputs | {"b": 0 * inputs["a"]}
    strict = cosimulate(tmp_path / "late.cpp", "late", tmp_path / "rtl", stimulus=given)
    assert len(strict.differences) == 3 and not strict.undefined
    done = cosimulate(tmp_path / "late.cpp", "late", tmp_path / "rtl", stimulus=given, lenient=True)
    assert dict(done.undefined) == {"b": 2}
    assert dict(done.compared) == {"a": 16, "b": 14}
    assert done.outputs["b"] == [0, *range(7), *range(7, 15)]
    assert done.differences == ("b[5] (call 1): C++ gives 5, RTL 4", "b[5] (call 2): C++ gives 13, RTL 12")
    assert undefined_results({"b": [1, 2]}, {"b": [1]}) == {}

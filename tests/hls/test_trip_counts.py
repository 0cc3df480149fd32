"""Trip counts and latencies in the report, of loops whose count is written beside them."""

from pathlib import Path

import pytest

from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.hls.emit.report import CountReport, KernelReport, LoopReport
from fpdeep_gen.hls.emit.report_text import report_text

# line -> least, most, mean; None: nothing is known
SOURCE = """#include "ap_int.h"
#include "hls_stream.h"
void counts(hls::stream<int>& in, hls::stream<int>& out, int n) {
    for (int i = 0; i < 24; i++) out.write(i);                     // 24
    for (int i = 2; i <= 20; i += 3) out.write(i);                 // 7
    for (int i = 9; i >= 0; --i) out.write(i);                     // 10
    for (unsigned i = 5; i != 45; i += 8) out.write(i);            // 5
    for (int i = 1; i < 1000; i <<= 1) out.write(i);               // 10
    for (ap_uint<6> i = 60; i > 3; i -= 4) out.write(i);           // 15
    for (int i = 0; i < 40; i++) {                                 // 1 40 20.5
        int x = in.read();
        if (x == 7) break;
        out.write(x);
    }
    for (int i = 0; i < n; i++) {                                  // 3 12 5
#pragma HLS LOOP_TRIPCOUNT min=3 max=12 avg=5
#pragma HLS PIPELINE
        out.write(in.read() * n);
    }
    for (int i = 0; i < n; i++) {                                  // None
#pragma HLS PIPELINE
        int sum = 0;
        for (int k = 0; k < 4; k++) {
#pragma HLS LOOP_TRIPCOUNT min=4 max=4
            sum += in.read() << k;
        }
        out.write(sum);
    }
    for (int i = 0; i < n; i++) {                                  // 4 8 6
#pragma HLS LOOP_TRIPCOUNT min=16 max=32
#pragma HLS UNROLL factor=4
        out.write(i);
    }
    for (int i = 0; i < 6; i++) {                                  // 6
        for (int k = 0; k < 5; k++) {                              // 5
#pragma HLS PIPELINE
            out.write(in.read() + i);
        }
    }
}
"""


def expected() -> dict[int, CountReport | None]:
    found: dict[int, CountReport | None] = {}
    for number, line in enumerate(SOURCE.splitlines(), 1):
        if " // " in line:
            said = line.split(" // ")[1].split()
            numbers = [float(word) for word in said if word != "None"]
            three = (numbers * 3)[:3]
            found[number] = CountReport(int(three[0]), int(three[1]), three[2]) if numbers else None
    return found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> KernelReport:
    folder = tmp_path_factory.mktemp("counts")
    source = folder / "counts.cpp"
    source.write_text(SOURCE, encoding="utf-8")
    return compile_kernel(source, "counts", [], folder / "rtl").report


def at(report: KernelReport) -> dict[int, LoopReport]:
    (process,) = report.processes
    return {int(loop.location.split(":")[1]): loop for loop in process.loops}


def test_counts_are_those_of_the_source(report: KernelReport) -> None:
    found = at(report)
    for line, count in expected().items():
        assert found[line].trip_count == count, SOURCE.splitlines()[line - 1]


def test_latency_of_a_pipeline_is_its_iterations_and_its_depth(report: KernelReport) -> None:
    loop = next(one for line, one in at(report).items() if "i < n" in SOURCE.splitlines()[line - 1])
    assert (loop.requested_ii, loop.ii) == (1, 1)
    assert loop.depth is not None
    assert loop.latency == CountReport(3 + loop.depth.min - 1, 12 + loop.depth.min - 1, 5 + loop.depth.min - 1)


def test_a_joined_nest_fills_once(report: KernelReport) -> None:
    outer, inner = (one for line, one in sorted(at(report).items())[-2:])
    assert (outer.level, inner.level, outer.ii, inner.ii) == (0, 1, None, 1)
    assert inner.depth is not None
    depth = inner.depth.max
    assert inner.latency == CountReport(4 + depth, 4 + depth, 4.0 + depth)
    assert outer.latency == CountReport(29 + depth, 29 + depth, 29.0 + depth)


def test_a_loop_of_unknown_count_makes_the_whole_unknown(report: KernelReport) -> None:
    (process,) = report.processes
    assert process.latency is None


def test_the_report_survives_its_json_and_can_be_read(report: KernelReport) -> None:
    assert KernelReport.from_json(report.to_json()) == report
    lines = report_text(report).splitlines()
    row = next(line for line in lines if "counts.cpp:15" in line)
    assert "3 to 12 (mean 5)" in row
    assert any(line.split() == ["argument", "direction", "protocol", "type"] for line in lines)


@pytest.mark.parametrize("alias", ["typedef hls::stream<int> words;", "using words = hls::stream<int>;"])
def test_a_stream_may_have_another_name(alias: str, tmp_path: Path) -> None:
    source = tmp_path / "copy.cpp"
    body = "void copy(words& in, words& out) { out.write(in.read()); }"
    source.write_text(f'#include "hls_stream.h"\n{alias}\n{body}\n', encoding="utf-8")
    report = compile_kernel(source, "copy", [], tmp_path / "rtl").report
    assert [(port.name, port.width, port.is_input) for port in report.ports] == [("in", 32, True), ("out", 32, False)]


LABELLED = """#include "hls_stream.h"
template <int N> static void give(hls::stream<int>& in, hls::stream<int>& out) {
  given : for (int i = 0; i < N; i++) out.write(in.read());
}
void labels(hls::stream<int>& in, hls::stream<int>& out, int n) {
rows:
    for (int row = 0; row < n; row++) {
        out.write(row);
    columns: for (int column = 0; column < row; column++) out.write(in.read());
        for (int more = 0; more < row; more++) out.write(in.read() + row);
    }
    give<3>(in, out);
    switch (n) {
    case 1: for (int i = 0; i < 9; i++) out.write(in.read() * 3);
        break;
    default:
        while (in.read() != n) out.write(n);
    }
}
"""


def test_loops_are_told_by_their_labels(tmp_path: Path) -> None:
    source = tmp_path / "labels.cpp"
    source.write_text(LABELLED)
    report = compile_kernel(source, "labels", [], tmp_path / "out").report
    names = [loop.name for process in report.processes for loop in process.loops]
    assert sorted(names) == ["columns", "given", "loop_10", "loop_14", "loop_17", "rows"]
    assert "rows (labels.cpp:7)" in report_text(report)

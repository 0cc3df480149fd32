"""Drawn schedules of three loops in one top: one without a limit, one short of ports, one with a recurrence."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from fpdeep_gen.cli.main import main
from fpdeep_gen.hls.compile import compile_kernel
from fpdeep_gen.hls.drawing.chart import Chart, charts
from fpdeep_gen.hls.drawing.html import draw_html
from fpdeep_gen.hls.emit.module import Emitted, emit_module
from fpdeep_gen.hls.frontend import front_end

SOURCE = """#include "hls_stream.h"
void sums(hls::stream<int>& x, hls::stream<int>& y) {
    static int table[2048];
    static int kept = 0;
    for (int n = 0; n < 2048; n++) {
#pragma HLS PIPELINE II=1
        table[n] = x.read();
    }
    for (int n = 0; n < 2043; n++) {
#pragma HLS PIPELINE II=1
        y.write(table[n] + table[n + 1] + table[n + 2] + table[n + 3] + table[n + 4]);
    }
    for (int n = 0; n < 16; n++) {
#pragma HLS PIPELINE II=1
        kept = kept * kept + x.read();
        y.write(kept);
    }
}
"""


class Page(HTMLParser):
    """Tags that do not close, references to outside, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.references: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.references += [name for name, _ in attrs if name in ("src", "href")]
        self.rows += tag == "tr"
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("drawing") / "sums.cpp"
    path.write_text(SOURCE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def emitted(source: Path) -> Emitted:
    return emit_module(front_end(source, "sums", []))


def drawn(emitted: Emitted) -> tuple[Chart, ...]:
    return charts(emitted.schedules)


def marked(chart: Chart) -> list[str]:
    return [row.text for row in chart.rows if row.limits]


def test_the_charts_are_those_of_the_report(emitted: Emitted) -> None:
    loops = [one for one in emitted.report.processes[0].regions if one.requested_ii is not None]
    assert len(loops) == 3
    assert [(one.loop, one.ii, one.stages) for one in drawn(emitted)] == [
        (one.name, one.ii, one.depth) for one in loops
    ]


def test_a_loop_that_reaches_its_interval_has_no_marks(emitted: Emitted) -> None:
    assert drawn(emitted)[0].verdict == "II 1 as asked"
    assert marked(drawn(emitted)[0]) == []


def test_accesses_to_a_memory_short_of_ports_are_marked(emitted: Emitted) -> None:
    chart = drawn(emitted)[1]
    assert chart.verdict == "II 3, asked 1, limited by ports of memory table"
    found = marked(chart)
    assert len(found) == 5
    assert all(" = table[" in text for text in found)
    slots = [row.first % chart.ii for row in chart.rows if row.limits]
    assert max(slots.count(slot) for slot in slots) == 2  # as many as a block RAM has ports


def test_the_whole_recurrence_is_marked_and_as_long_as_the_interval(emitted: Emitted) -> None:
    chart = drawn(emitted)[2]
    assert chart.limit == "variable kept"
    assert marked(chart) == ["mul = kept * kept", "add = mul + read", "kept := add"]
    around = [row for row in chart.rows if row.limits]
    assert around[-1].last - around[0].first + 1 == chart.ii
    assert "y.write(add)" in [row.text for row in chart.rows if not row.limits]


def test_operands_are_ready_before_they_are_used(emitted: Emitted) -> None:
    for chart in drawn(emitted):
        ready = {row.text.split(" = ")[0]: row for row in chart.rows if " = " in row.text and "[" not in row.text[:6]}
        for row in chart.rows:
            for name in re.findall(r"[a-z]+_?\d*", row.text.split(" = ")[-1]):
                before = ready.get(name)
                if before is not None and before is not row and row.kind != "variable":
                    assert before.last + (before.ends_ns is None) <= row.first, (before.text, row.text)


def test_files_are_written_on_demand_and_the_same_each_time(source: Path, tmp_path: Path) -> None:
    arguments = ["hls", "build", str(source), "--top", "sums", "-o", str(tmp_path / "a")]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert not list((tmp_path / "a").glob("*schedule*"))
    assert CliRunner().invoke(main, [*arguments, "--schedule"]).exit_code == 0
    compile_kernel(source, "sums", [], tmp_path / "b", draw_schedule=True)
    for name in ("sums.schedule.txt", "sums.schedule.html", "sums.sv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    text = (tmp_path / "a" / "sums.schedule.txt").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "mul = kept * kept" in line)
    assert line.startswith("* ")
    assert line.endswith("sums.cpp:15          |###:###:###:   |")


def test_the_page_is_whole_and_needs_nothing_else(emitted: Emitted) -> None:
    page = Page()
    page.feed(draw_html("sums", 200.0, drawn(emitted)))
    assert page.open == []
    assert page.references == []
    assert page.rows == sum(len(chart.rows) + 1 for chart in drawn(emitted))

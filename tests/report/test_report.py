"""The report shows the plan and the evidence, escapes what it is given, needs nothing from outside, and never turns a
difference into good news."""

import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from fpdeep_gen.errors import ToolError
from fpdeep_gen.hls.emit.report import KernelReport, Resources
from fpdeep_gen.report.chain_drawing import draw_chain
from fpdeep_gen.report.evidence_files import COUNTERS_FILE, SUMMARY_FILE, load_evidence
from fpdeep_gen.report.figures import board_rows, engine_rows, link_rows
from fpdeep_gen.report.html import Origin, report_html
from fpdeep_gen.report.loss_chart import draw_losses
from fpdeep_gen.report.rtl_estimates import load_estimates
from fpdeep_gen.report.tables import boards_table, latency_text, links_table, steps_table, verdict_text
from fpdeep_gen.report.timeline import Span, Track, timeline_json
from fpdeep_gen.report.timeline import _track_events as track_events
from tests.report.html_checker import check_page
from tests.report.sample import sample_evidence, sample_plan

ORIGIN = Origin(("fpdeep run a.yaml --cluster b.yaml -o out",), (("fpdeep", "0.1.0"),))


def page(equal: bool = True) -> str:
    return report_html(sample_plan(), sample_evidence(equal), ORIGIN)


def text_of(table: Table) -> str:
    console = Console(width=160, file=StringIO())
    console.print(table)
    file = console.file
    assert isinstance(file, StringIO)
    return file.getvalue()


def test_the_page_is_well_formed_and_complete_in_itself() -> None:
    check_page(page())


def test_the_page_shows_plan_and_evidence() -> None:
    text = page()
    assert "4,056 weights compared over 3 SGD steps: equal, bit for bit." in text
    for shown in (
        "conv1[0:4]",
        "conv1[4:8]",
        "95 / 100",
        "10.5 of 50",
        "+0.7% against the plan",
        "planned: 3,000; +1.0% against the plan",
        "99.3%",
        "13.9%",
    ):
        assert shown in text, shown
    assert "fpdeep run a.yaml --cluster b.yaml -o out" in text
    assert text.count("conv1_cache") == 1


def test_latency_is_told_planned_and_simulated() -> None:
    assert latency_text(sample_plan(), 3030.0) == "latency: 3,000 cycles planned, 3,030 simulated (+1.0%)"


def test_a_difference_is_told_on_top_and_in_its_step() -> None:
    text = page(equal=False)
    assert "The simulated chain and the golden model disagree." in text
    assert "bit for bit" not in text
    assert '<td class="bad">3 weights, 0 results differ</td>' in text
    assert "step 2, fc2[1, 0, 0, 0]: expected 5, found 4" in text
    assert verdict_text(sample_evidence(equal=False)).plain.startswith("DIFFERENT")


def test_names_from_files_are_escaped() -> None:
    plan = sample_plan()
    evil = replace(plan, network=replace(plan.network, name="<script>alert(1)</script>"))
    assert "<script>" not in report_html(evil, None, ORIGIN)


def test_without_evidence_the_page_promises_nothing() -> None:
    text = report_html(sample_plan(), None, ORIGIN)
    assert "Planned only: nothing has been simulated yet." in text
    assert "bit for bit" not in text
    assert "simulated" not in text.replace("nothing has been simulated", "")
    assert "cycles of latency, planned" in text


def test_estimates_of_the_rtl_stand_beside_the_plan() -> None:
    rtl = (Resources(dsp=91, bram36=7.5, lut=3100, ff=4200), Resources(dsp=19))
    text = report_html(sample_plan(), None, ORIGIN, rtl)
    for note in ("RTL: 91", "RTL: 7.5", "RTL: 3,100", "RTL: 4,200", "RTL: 19"):
        assert note in text
    assert "RTL: 91" not in page()


def test_estimates_are_read_when_all_boards_are_compiled(tmp_path: Path) -> None:
    report = KernelReport("board_0", 100.0, (), (), (), Resources(dsp=5))
    path = tmp_path / "board_0" / "rtl" / "board_0.json"
    path.parent.mkdir(parents=True)
    path.write_text(report.to_json(), encoding="utf-8")
    assert load_estimates(tmp_path, 1) == (Resources(dsp=5),)
    assert load_estimates(tmp_path, 2) == ()


def test_figures_follow_from_the_plan() -> None:
    plan = sample_plan()
    rows = board_rows(plan)
    assert [row.slices for row in rows] == [("conv1[0:4]",), ("conv1[4:8]", "fc2")]
    assert (rows[0].dsp.share, rows[0].slowest_cycles, rows[1].slowest_cycles) == (0.95, 576, 384)
    up, down = link_rows(plan)
    rate = 4 * 10.0 * 0.8 * 1e3 / 200.0 / 72  # flits a cycle: 4 lanes of 10 Gb/s at 80 % and 200 MHz; more than 1
    assert rate > 1
    assert (up.load, down.load) == (80 / 576, 17 / 576)
    assert [stream.flits_per_image for stream in up.streams] == [0, 64, 16]
    assert (up.name, down.name) == ("0 → 1", "1 → 0")
    engine = engine_rows(plan)[2]
    assert engine.busy == 384 / 576
    assert engine.useful == 1280 / (4 * 384)


def test_tables_show_planned_beside_simulated() -> None:
    plan, evidence = sample_plan(), sample_evidence()
    boards = text_of(boards_table(plan, evidence))
    assert re.search(
        r"│ 0 +│ demo_board +│ conv1\[0:4\] +│ 95 / 100 +95% │ 10.5 / 50 +21% │ +15% │ +576 │ +576 │ +580 │", boards
    )
    links = text_of(links_table(plan, evidence))
    assert re.search(r"0 → 1 .* 80 │ +80 │ +13.9% │ +82 │ +14.1% │", links)
    steps = text_of(steps_table(sample_evidence(equal=False)))
    assert "3 weights, 0 results differ" in steps
    assert steps.count("equal") == 2


def test_the_chain_has_a_box_a_board_and_two_arrows_a_link() -> None:
    plan = sample_plan()
    drawing = draw_chain(board_rows(plan), link_rows(plan))
    boxes = [one for one in drawing.rectangles if one.css == "box"]
    assert len(boxes) == 2
    assert len(drawing.lines) == 2 + 2
    assert boxes[0].x + boxes[0].width < boxes[1].x
    assert all(one.x >= 0 and one.x + one.width <= drawing.width for one in drawing.rectangles)
    full = [one for one in drawing.rectangles if one.css == "fill full"]
    assert len(full) == 1  # DSP of board 0, 95 %


def test_the_loss_chart_spans_its_axis() -> None:
    chart = draw_losses([0, 1, 2], [2.0, 1.0, 0.0])
    assert chart is not None
    xs = [point.x for point in chart.points]
    ys = [point.y for point in chart.points]
    assert xs == sorted(xs)
    assert ys == sorted(ys)
    assert ys[1] == pytest.approx((ys[0] + ys[2]) / 2, abs=0.1)
    assert draw_losses([0], [2.0]) is None
    assert draw_losses([0, 1], [0.0, 0.0]) is not None


def test_overlapping_images_get_tracks_of_their_own() -> None:
    events = list(track_events([Track(0, "t", (Span(0, 0, 10), Span(1, 5, 15), Span(2, 10, 20)))]))
    spans = [event for event in events if event["ph"] == "X"]
    assert [(one["name"], one["tid"]) for one in spans] == [("image 0", 1), ("image 2", 1), ("image 1", 2)]
    names = [event["args"] for event in events if event["name"] == "thread_name"]
    assert names == [{"name": "t"}, {"name": "t (2)"}]


def test_the_timeline_has_planned_and_simulated_tracks() -> None:
    plan, evidence = sample_plan(), sample_evidence()
    events = json.loads(timeline_json(plan, evidence))["traceEvents"]
    tracks = {event["args"]["name"] for event in events if event["name"] == "thread_name"}
    assert {"conv1[0:4] forward, planned", "fc2 backward and gradient, planned"} <= tracks
    assert "conv1[0:4] forward, simulated" in tracks
    assert all(event["dur"] >= 0 for event in events if event["ph"] == "X")
    thread = next(event["tid"] for event in events if event.get("args") == {"name": "conv1[0:4] forward, simulated"})
    spans = [(event["ts"], event["dur"]) for event in events if event["ph"] == "X" and event["tid"] == thread]
    assert spans == [(0, 576), (580, 576), (1160, 576), (1740, 576)]
    alone = json.loads(timeline_json(plan, None))["traceEvents"]
    assert not any("simulated" in str(event.get("args")) for event in alone)


def write_run(out: Path) -> None:
    """The files of a verification of one board, as the simulation writes them."""
    summary = {
        "equal": True,
        "compared_weights": 20,
        "steps": [
            {"step": 1, "images": 8, "loss": 2.5, "golden_loss": 2.5, "differing_weights": 0, "differing_results": 0}
        ],
        "differences": [],
        "golden_wraps": 0,
        "accuracy": None,
        "interval": {"planned": 100, "simulated": 101.5},
        "latency": {"planned": 700, "simulated": 703.0},
        "engines": [{"name": "fc forward", "board": 0, "cycles_per_image": 90, "interval": 101.5, "busy": 0.887}],
        "links": [],
        "cycles": 2000,
        "seconds": 0.25,
        "cycles_per_second": 8000.0,
    }
    fifo = {
        "pushed": 7,
        "count": 0,
        "peak": 3,
        "full_cycles": 1,
        "empty_cycles": 2,
        "writer_waits": 0,
        "reader_waits": 1,
    }
    counters = {"boards": [{"fifos": {"fc_patches": fifo}, "watches": {"0": [150, 251]}, "ports": {}}]}
    port = {"name": "host_command", "width": 128, "is_input": True, "direction": "in"}
    rtl = {"ports": [port], "fifos": [{"name": "fc_patches", "width": 16, "depth": 4, "storage": "lutram"}]}
    for path, data in (
        (SUMMARY_FILE, summary),
        (COUNTERS_FILE, counters),
        (Path("board_0", "rtl", "board_0.json"), rtl),
    ):
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(json.dumps(data), encoding="utf-8")


def test_evidence_is_read_from_the_files_of_a_run(tmp_path: Path) -> None:
    assert load_evidence(tmp_path) is None
    write_run(tmp_path)
    evidence = load_evidence(tmp_path)
    assert evidence is not None
    assert (evidence.equal, evidence.interval, evidence.cycles, evidence.accuracy) == (True, 101.5, 2000, None)
    assert evidence.latency == 703.0
    assert evidence.engines[0].image_cycles == (150, 251)
    fifo = evidence.fifos[0]
    assert (fifo.name, fifo.width, fifo.depth, fifo.peak, fifo.full_cycles) == ("fc_patches", 16, 4, 3, 1)


def test_damaged_evidence_is_not_taken_for_none(tmp_path: Path) -> None:
    write_run(tmp_path)
    (tmp_path / SUMMARY_FILE).write_text('{"equal": true}', encoding="utf-8")
    with pytest.raises(ToolError, match="expected what `fpdeep verify` wrote"):
        load_evidence(tmp_path)

"""The scaling curve: on its axes, interrupted where there is no plan, knee marked; the page is complete in itself."""

from dataclasses import replace

import pytest

from fpdeep_gen.report.points import Figures, Point
from fpdeep_gen.report.scaling_chart import draw_scaling
from fpdeep_gen.report.sweep import knee_text, most_text, reasons, row_runs, run_text, sweep_document
from fpdeep_gen.report.sweep_page import sweep_html
from tests.report.html_checker import check_page


def point(boards: int, of_bound: float | None) -> Point:
    bound = 15.0 * boards
    if of_bound is None:
        return Point(boards, bound, bound, None, f"boards[0].bram36 takes {9000 // boards}")
    return Point(
        boards,
        bound,
        bound,
        Figures(of_bound * bound, bound, of_bound, 1.01, 0.9, 2, 4.2, 0.5, 1, "multipliers", 900.0, 41.5),
    )


CURVE = (point(1, None), point(2, None), point(3, 0.96), point(4, 0.96), point(5, None), point(6, 0.96), point(7, 0.8))


def test_the_curve_lies_below_the_bound_and_is_interrupted_where_there_is_no_plan() -> None:
    chart = draw_scaling(CURVE)
    assert [len(curve.split()) for curve in chart.curves] == [2, 2]
    bound = [tuple(float(part) for part in pair.split(",")) for pair in chart.bound.split()]
    assert len(bound) == 7
    assert chart.linear.split()[1:] == chart.bound.split()  # links keep no plan below it
    slower = [replace(one, bound=40.0) for one in CURVE]
    assert len({pair.split(",")[1] for pair in draw_scaling(slower).bound.split()}) == 1
    slopes = [(bound[0][1] - y) / (x - bound[0][0]) for x, y in bound[1:]]
    assert slopes == pytest.approx([slopes[0]] * 6, rel=0.01)  # a straight line
    heights = dict(bound)
    assert all(heights[mark.x] < mark.y < chart.drawing.height for mark in chart.points)
    assert [mark.x for mark in chart.parts] == [mark.x for mark in chart.points]
    assert chart.parts[0].y < chart.near.y1 < chart.parts[-1].y  # 0.96, 0.95, 0.8
    assert len(chart.missing) == 3
    assert len({mark.y for mark in chart.missing}) == 1


def test_rates_with_the_gaps_between_batches_are_a_curve_of_their_own() -> None:
    """The points' steady rates are 0.96 of 15 a board; with the gaps a third of that."""
    slow = [
        replace(one, figures=replace(one.figures, images_per_second=one.figures.steady / 3)) if one.figures else one
        for one in CURVE[2:4]
    ]
    chart = draw_scaling(slow)
    (steady,), (batches,) = (
        ([pair.split(",") for curve in chart.curves for pair in curve.split()],),
        ([pair.split(",") for curve in chart.batches for pair in curve.split()],),
    )
    assert [x for x, _ in steady] == [x for x, _ in batches]
    floor = float(chart.linear.split()[0].split(",")[1])
    assert [floor - float(y) for _, y in batches] == pytest.approx([(floor - float(y)) / 3 for _, y in steady], abs=0.1)
    assert sweep_html("n", "c", slow).count('class="curve batches"') == 1


def test_where_most_images_are_trained_is_told() -> None:
    """With the gaps between batches more boards may train fewer images a second."""
    found = CURVE[2].figures
    assert found is not None
    rates = ((3, 50.0), (4, 70.0), (5, 70.0), (6, 60.0))
    curve = [Point(boards, 90.0, 90.0, replace(found, images_per_second=rate)) for boards, rate in rates]
    assert most_text([*curve, CURVE[0]]) == "most with the gaps between batches: 70.0 images/s on 4 boards"
    assert "Most with the gaps between batches: 70.0 images/s on 4 boards." in sweep_html("n", "c", curve)
    assert most_text(CURVE[:2]) == ""
    sweep_html("n", "c", CURVE[:2])


def test_the_knee_is_marked_on_its_point() -> None:
    chart = draw_scaling(CURVE)
    assert chart.knee is not None
    assert (chart.knee.x1, chart.knee.x2) == (chart.points[-1].x, chart.points[-1].x)
    assert "knee: 7 boards" in [label.text for label in chart.drawing.labels]
    assert draw_scaling(CURVE[:-1]).knee is None


def test_colours_say_what_limits() -> None:
    figures = CURVE[2].figures
    assert figures is not None
    limits = ("multipliers", "folds", "uneven shares", "link 3", "memory of board 2", "DDR of board 0")
    curve = [Point(boards, 60.0, 60.0, replace(figures, limit=limit)) for boards, limit in enumerate(limits, 1)]
    chart = draw_scaling(curve)
    assert len({mark.fill for mark in chart.points}) == len(limits)
    assert [key.fill for key in chart.keys] == [mark.fill for mark in chart.points]
    assert [mark.fill for mark in chart.points] == [mark.fill for mark in chart.parts]


def test_numbers_without_a_plan_share_a_row() -> None:
    assert [run_text(run) for run in row_runs(CURVE)] == ["1-2", "3", "4", "5", "6", "7"]


def test_one_point_and_no_plan_at_all_are_drawn_too() -> None:
    assert draw_scaling((point(1, 0.5),)).curves == ()
    chart = draw_scaling((point(3, None), point(4, None)))
    assert chart.points == ()
    assert "no plan at any" in knee_text((point(3, None),))


def test_reasons_stand_once_a_run() -> None:
    first, second = reasons(CURVE)
    assert first == "1 to 2 boards: no plan; with 2: boards[0].bram36 takes 4500"
    assert second.startswith("5 boards: no plan")
    assert reasons(CURVE[:1])[0].startswith("1 board: no plan")


def test_the_page_is_well_formed_and_shows_the_points() -> None:
    text = sweep_html("<vgg>", "chain", CURVE)
    check_page(text)
    assert "<vgg>" not in text
    for shown in ("Knee at 7 boards", "knee: 7 boards", "1-2", "0.960", "takes 4500", "50% (1)", "90% (2)", "41.5"):
        assert shown in text, shown


def test_the_document_has_every_point() -> None:
    document = sweep_document("n", "c", CURVE)
    assert document["knee"] == 7
    points = document["points"]
    assert isinstance(points, list)
    assert [(one["boards"], one["figures"] is None) for one in points][:3] == [(1, True), (2, True), (3, False)]


def test_where_links_forbid_linear_scaling_is_told() -> None:
    assert "links keep" not in knee_text(CURVE)
    assert knee_text([replace(one, bound=80.0) for one in CURVE]).endswith("below linear from 6 boards on")


def test_without_a_drop_there_is_no_knee() -> None:
    assert "no knee up to 6 boards" in knee_text(CURVE[:-1])
    assert "is not reached" in knee_text(CURVE[-1:])

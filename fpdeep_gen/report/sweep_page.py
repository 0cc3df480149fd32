"""OUT/sweep.html: the scaling curve and its points, in one self-contained file."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.report.points import Point, knee
from fpdeep_gen.report.scaling_chart import WIDEST, ScalingChart, draw_scaling
from fpdeep_gen.report.sweep import COLUMNS, knee_text, most_text, point_texts, row_runs, run_text
from fpdeep_gen.report.templates import render

TEMPLATE = "report/sweep.html.j2"


@dataclass(frozen=True)
class Row:
    """A number of boards, or several without a plan, in the page's table; the figures in the order of `COLUMNS`, or the
    reason for none."""

    boards: str
    texts: tuple[str, ...]
    reason: str
    knee: bool


@dataclass(frozen=True)
class SweepPage:
    """Everything that the template shows; `most`: may be empty; `widest`: of the chart,
    pixels."""

    title: str
    cluster: str
    knee: str
    most: str
    chart: ScalingChart
    widest: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def sweep_html(network: str, cluster: str, points: Sequence[Point]) -> str:
    """The page's text; `points` in order of boards, at least one."""
    bent = knee(points)
    rows = tuple(
        Row(run_text(run), point_texts(run[-1]), run[-1].reason, run[-1].boards == bent) for run in row_runs(points)
    )
    chart = draw_scaling(points)
    knee_line, most = _sentence(knee_text(points)), _sentence(most_text(points))
    return render(TEMPLATE, SweepPage(network, cluster, knee_line, most, chart, WIDEST, COLUMNS, rows))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""

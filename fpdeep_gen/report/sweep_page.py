"""OUT/sweep.html: the scaling curve and its points, in one self-contained file."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.report.points import Point, knee
from fpdeep_gen.report.scaling_chart import ScalingChart, draw_scaling
from fpdeep_gen.report.sweep import COLUMNS, knee_text, point_texts, row_runs, run_text
from fpdeep_gen.report.templates import render

TEMPLATE = "report/sweep.html.j2"


@dataclass(frozen=True)
class Row:
    """A number of boards, or several without a plan, in the page's table."""

    boards: str
    texts: tuple[str, ...]
    knee: bool


@dataclass(frozen=True)
class SweepPage:
    """Everything that the template shows."""

    title: str
    cluster: str
    knee: str
    chart: ScalingChart
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def sweep_html(network: str, cluster: str, points: Sequence[Point]) -> str:
    """The page's text; `points` in order of boards, at least one."""
    bent = knee(points)
    text = knee_text(points)
    rows = []
    for run in row_runs(points):
        *figures, limit = point_texts(run[-1])
        rows.append(Row(run_text(run), (*figures, run[-1].reason or limit), run[-1].boards == bent))
    page = SweepPage(network, cluster, text[0].upper() + text[1:] + ".", draw_scaling(points), COLUMNS, tuple(rows))
    return render(TEMPLATE, page)

"""OUT/compare.html: a plan, the baselines and GPUs side by side, in one self-contained file."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.report.comparison import HEADINGS, ComparisonRow, row_texts
from fpdeep_gen.report.page import Meter
from fpdeep_gen.report.templates import render
from fpdeep_gen.texts import counted

TEMPLATE = "report/compare.html.j2"


@dataclass(frozen=True)
class Cell:
    """A figure, and a bar where its column has them."""

    text: str
    bar: Meter | None


@dataclass(frozen=True)
class Row:
    """One way to train; `kind` is its class in the style sheet."""

    name: str
    note: str
    kind: str
    cells: tuple[Cell, ...]
    limit: str


@dataclass(frozen=True)
class ComparisonPage:
    """Everything that the template shows."""

    title: str
    cluster: str
    bound: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def comparison_html(plan: BalancedPlan, rows: Sequence[ComparisonRow], bound: float) -> str:
    """The page's text; `bound`: images a second that these boards cannot pass."""
    cluster = f"{counted(len(plan.cluster.boards), 'board')} of {plan.cluster.name}"
    views = tuple(_row(row, rows) for row in rows)
    return render(TEMPLATE, ComparisonPage(plan.network.name, cluster, f"{bound:,.1f}", HEADINGS, views))


def _row(row: ComparisonRow, rows: Sequence[ComparisonRow]) -> Row:
    shares = {
        "images/s": row.images_per_second / max(one.images_per_second for one in rows),
        "GOP/J": (row.estimated_gops_per_joule or 0.0) / max(one.estimated_gops_per_joule or 0.0 for one in rows),
    }
    cells = []
    for heading, text in zip(HEADINGS, row_texts(row), strict=True):
        share = shares.get(heading)
        level = "ok" if row.kind == "plan" else "plain"
        cells.append(Cell(text, None if share is None else Meter(text, round(100 * share, 1), level)))
    return Row(row.name, row.note, row.kind, tuple(cells), row.limit)

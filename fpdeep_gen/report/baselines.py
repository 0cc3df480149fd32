"""Baselines as a table."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from fpdeep_gen.baseline.model import Baseline

MEBIBYTE = 8 << 20


def baseline_table(title: str, rows: Sequence[Baseline], bound: float) -> Table:
    """One row a baseline; `bound`: images a second that no way to train on these boards can pass."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("baseline")
    for heading in ("boards", "batch", "images/s", "of bound", "in flight", "MiB a board", "DDR", "link"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("limit")
    for row in rows:
        table.add_row(
            f"{row.name} ({row.note})" if row.note else row.name,
            str(row.boards_used),
            str(row.batch),
            f"{row.images_per_second:.1f}",
            f"{row.images_per_second / bound:.3f}",
            f"{row.images_in_flight:.0f}",
            f"{row.memory_bits / MEBIBYTE:,.0f}",
            f"{row.ddr_load:.2f}",
            f"{row.link_load:.2f}",
            row.limit.value,
        )
    return table

"""A sweep over numbers of boards: table for the terminal, figures for machines."""

from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table

from fpdeep_gen.report.page import MISSING
from fpdeep_gen.report.points import NEAR, Point, bound_knee, knee
from fpdeep_gen.texts import counted

COLUMNS = ("images/s", "in batches", "of linear", "balance", "fullest memory", "fill", "busiest link", "GOP/J", "limit")


def point_texts(point: Point) -> tuple[str, ...]:
    """The figures of a point in the order of `COLUMNS`; a dash for each where there is no plan."""
    found = point.figures
    if found is None:
        return (MISSING,) * (len(COLUMNS) - 1) + ("no plan",)
    link = MISSING if found.link_load is None else f"{found.link_load:.0%} ({found.link})"
    return (
        f"{found.steady:,.1f}",
        f"{found.images_per_second:,.1f}",
        f"{found.of_bound:.3f}",
        f"{found.balance:.3f}",
        f"{found.memory:.0%} ({found.fullest})",
        f"{found.fill:.2f}",
        link,
        f"{found.estimated_gops_per_joule:.1f}",
        found.limit,
    )


def sweep_table(points: Sequence[Point]) -> Table:
    """One row a number of boards, one for a run of them without a plan; the board and link meant stand in brackets.
    GOP/J are estimates."""
    table = Table(title="Boards and throughput (GOP/J: estimates)", title_justify="left")
    for name in ("boards", *COLUMNS[:-1]):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column(COLUMNS[-1], no_wrap=True)
    for run in row_runs(points):
        table.add_row(run_text(run), *point_texts(run[-1]))
    return table


def row_runs(points: Sequence[Point]) -> tuple[tuple[Point, ...], ...]:
    """Points by row of a table: each by itself, but neighbours without a plan together."""
    runs: list[list[Point]] = []
    for point in points:
        if runs and point.figures is None and runs[-1][-1].figures is None:
            runs[-1].append(point)
        else:
            runs.append([point])
    return tuple(tuple(run) for run in runs)


def run_text(run: Sequence[Point]) -> str:
    """`3`, or `1-37`."""
    first, last = run[0].boards, run[-1].boards
    return str(first) if first == last else f"{first}-{last}"


def reasons(points: Sequence[Point]) -> tuple[str, ...]:
    """Why there is no plan: for each run of numbers of boards without one, the reason at the greatest of them."""
    runs = [run for run in row_runs(points) if run[0].figures is None]
    return tuple(f"{_boards(run)}: no plan; with {run[-1].boards}: {run[-1].reason}" for run in runs)


def _boards(run: Sequence[Point]) -> str:
    first, last = run[0].boards, run[-1].boards
    return counted(first, "board") if first == last else f"{first} to {last} boards"


def knee_text(points: Sequence[Point]) -> str:
    """Where scaling stops to be linear, and from where on links forbid it, in words."""
    bent = bound_knee(points)
    forbidden = "" if bent is None else f"; links keep any such plan below linear from {counted(bent, 'board')} on"
    return _reached_text(points) + forbidden


def most_text(points: Sequence[Point]) -> str:
    """Where most images a second are trained with the gaps between batches, in words; nothing without any plan."""
    planned = [(point.figures.images_per_second, point.boards) for point in points if point.figures is not None]
    if not planned:
        return ""
    rate, boards = max(planned, key=lambda both: (both[0], -both[1]))
    return f"most with the gaps between batches: {rate:,.1f} images/s on {counted(boards, 'board')}"


def _reached_text(points: Sequence[Point]) -> str:
    planned = [point.boards for point in points if point.figures is not None]
    if not planned:
        return "no plan at any of these numbers of boards"
    found = knee(points)
    if found is not None:
        return f"knee at {counted(found, 'board')}: the first below {NEAR} of linear (the work bound)"
    if any(point.figures is not None and point.figures.of_bound >= NEAR for point in points):
        most = counted(max(planned), "board")
        return f"no knee up to {most}: never below {NEAR} of linear (the work bound) once reached"
    return f"{NEAR} of linear (the work bound) is not reached at any of these numbers of boards"


def sweep_document(network: str, cluster: str, points: Sequence[Point]) -> dict[str, object]:
    """OUT/sweep.json. Rates in images a second, predictions of the planner; energy is an estimate."""
    return {
        "network": network,
        "cluster": cluster,
        "knee": knee(points),
        "bound_knee": bound_knee(points),
        "points": [asdict(point) for point in points],
    }

"""The scaling curve: images a second against boards, the work bound as a line, the knee marked. Pixels, y down."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.report.loss_chart import round_step
from fpdeep_gen.report.points import Point, knee
from fpdeep_gen.report.shapes import Drawing, Label, Line
from fpdeep_gen.report.sweep import boards_text

WIDTH, HEIGHT = 960, 420
LEFT, RIGHT, TOP, BOTTOM = 66, 20, 18, 48
INTERVALS = 5
"""About so many steps of each axis."""


@dataclass(frozen=True)
class Mark:
    """A number of boards; `text` is shown on pointing at it."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class ScalingChart:
    """Axes with labels, the bound and the curve as polylines want them (the curve in parts, as numbers of boards
    without a plan interrupt it), its points, marks on the axis for no plan, and the knee."""

    drawing: Drawing
    bound: str
    curves: tuple[str, ...]
    points: tuple[Mark, ...]
    missing: tuple[Mark, ...]
    knee: Mark | None
    knee_label: Label | None


def draw_scaling(points: Sequence[Point]) -> ScalingChart:
    """The chart of points in order of boards, at least one."""
    most = max(point.boards for point in points)
    step_x = max(1.0, round_step(most / INTERVALS / 2))
    step_y = round_step(max(point.bound for point in points) / INTERVALS)
    right = step_x * math.ceil(most / step_x)
    top = step_y * math.ceil(max(point.bound for point in points) / step_y)
    floor, span = HEIGHT - BOTTOM, WIDTH - LEFT - RIGHT

    def place(boards: float, rate: float) -> tuple[float, float]:
        return round(LEFT + span * boards / right, 1), round(floor - (floor - TOP) * rate / top, 1)

    marks: list[Mark] = []
    missing: list[Mark] = []
    runs: list[list[Mark]] = [[]]
    for point in points:
        if point.figures is None:
            missing.append(Mark(*place(point.boards, 0), f"{boards_text(point.boards)}: no plan. {point.reason}"))
            runs.append([])
            continue
        rate = point.figures.steady
        text = f"{boards_text(point.boards)}: {rate:,.1f} images/s, {point.figures.of_bound:.1%} of the bound"
        marks.append(Mark(*place(point.boards, rate), f"{text}; {point.figures.limit}"))
        runs[-1].append(marks[-1])
    boards = knee(points)
    planned = [point.boards for point in points if point.figures is not None]
    bent, label = None, None
    if boards is not None:
        bent = marks[planned.index(boards)]
        label = Label(bent.x, bent.y + 32, f"knee: {boards_text(boards)}", "title", "middle")
    return ScalingChart(
        Drawing(WIDTH, HEIGHT, *_axes(right, top, step_x, step_y)),
        _polyline([place(point.boards, point.bound) for point in points]),
        tuple(_polyline([(mark.x, mark.y) for mark in run]) for run in runs if len(run) > 1),
        tuple(marks),
        tuple(missing),
        bent,
        label,
    )


def _axes(
    right: float, top: float, step_x: float, step_y: float
) -> tuple[tuple[Line, ...], tuple[()], tuple[Label, ...]]:
    floor, span = HEIGHT - BOTTOM, WIDTH - LEFT - RIGHT
    lines, labels = [], []
    for index in range(round(top / step_y) + 1):
        y = round(floor - (floor - TOP) * index * step_y / top, 1)
        lines.append(Line(LEFT, WIDTH - RIGHT, y, 1, "grid"))
        labels.append(Label(LEFT - 8, y + 4, f"{index * step_y:,g}", "small", "end"))
    for index in range(round(right / step_x) + 1):
        x = round(LEFT + span * index * step_x / right, 1)
        labels.append(Label(x, floor + 19, f"{index * step_x:g}", "small", "middle"))
    labels.append(Label(LEFT + span / 2, HEIGHT - 8, "boards", "small", "middle"))
    labels.append(Label(LEFT + 6, TOP - 5, "images/s", "small"))
    return tuple(lines), (), tuple(labels)


def _polyline(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in places)

"""The scaling curve: images a second against boards with the bounds, and below it the part of linear scaling that is
reached; points coloured by what limits them, the knee marked. Pixels, y down."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fpdeep_gen.report.loss_chart import round_step
from fpdeep_gen.report.points import NEAR, Figures, Point, knee
from fpdeep_gen.report.shapes import Drawing, Key, Label, Line
from fpdeep_gen.texts import counted

WIDTH, HEIGHT = 800, 500
LEFT, RIGHT, TOP = 74, 22, 22
FLOOR, PART_TOP, PART_FLOOR = 320, 368, 452
"""Floor of the upper panel, top and floor of the lower one."""

WIDEST = 1000
"""On the page; as narrow as it may become (`Drawing.least_width`) it fits a page of 700 pixels."""

INTERVALS = 5
"""About so many steps of each axis."""

FILLS = {
    "multipliers": "var(--ok)",
    "folds": "var(--tight)",
    "uneven": "var(--grad)",
    "link": "var(--down)",
    "memory": "var(--update)",
    "DDR": "var(--full)",
}
"""Colour by the first word of what limits a point."""

NAMES = {"uneven": "uneven shares"}


@dataclass(frozen=True)
class Mark:
    """A number of boards; `text` is shown on pointing at it, `fill` says what limits it."""

    x: float
    y: float
    text: str
    fill: str


@dataclass(frozen=True)
class Rule:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class ScalingChart:
    """Axes with labels; linear scaling, the bound and the curve, within a batch and with the gaps between them
    (`batches`), as polylines want them (curves in parts, as numbers of boards without a plan interrupt them); points of
    both panels with their radius, marks on the axis for no plan, the line of `NEAR`, the knee, and the colours of
    limits that occur."""

    drawing: Drawing
    linear: str
    bound: str
    curves: tuple[str, ...]
    batches: tuple[str, ...]
    points: tuple[Mark, ...]
    parts: tuple[Mark, ...]
    radius: float
    missing: tuple[Mark, ...]
    near: Rule
    knee: Rule | None
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Scales:
    """Most boards, most images a second, least part of linear scaling."""

    boards: float
    rate: float
    part: float

    def x(self, boards: float) -> float:
        """Place of a number of boards."""
        return round(LEFT + (WIDTH - LEFT - RIGHT) * boards / self.boards, 1)

    def y(self, rate: float) -> float:
        """Place of images a second in the upper panel."""
        return round(FLOOR - (FLOOR - TOP) * rate / self.rate, 1)

    def part_y(self, part: float) -> float:
        """Place of a part of linear scaling in the lower panel; what is less than the least lies on its floor."""
        share = max(0.0, (part - self.part) / (1 - self.part))
        return round(PART_FLOOR - (PART_FLOOR - PART_TOP) * share, 1)


def draw_scaling(points: Sequence[Point]) -> ScalingChart:
    """The chart of points in order of boards, at least one."""
    most = max(point.boards for point in points)
    step_x = max(1.0, round_step(most / INTERVALS / 2))
    step_y = round_step(max(point.linear for point in points) / INTERVALS)
    planned = [(point, point.figures) for point in points if point.figures is not None]
    least = min((figures.of_bound for _, figures in planned), default=NEAR)
    top = step_y * math.ceil(max(point.linear for point in points) / step_y)
    scales = Scales(max(most * 1.01, 1.0), top, min(0.9, math.floor(least * 10) / 10))
    marks = [
        Mark(scales.x(point.boards), scales.y(found.steady), mark_text(point, found), fill_of(found.limit))
        for point, found in planned
    ]
    parts = [
        Mark(mark.x, scales.part_y(found.of_bound), mark.text, mark.fill)
        for mark, (_, found) in zip(marks, planned, strict=True)
    ]
    missing = [
        Mark(scales.x(point.boards), FLOOR, f"{counted(point.boards, 'board')}: no plan. {point.reason}", "none")
        for point in points
        if point.figures is None
    ]
    bent = knee(points)
    labels = list(_labels(scales, step_x, step_y))
    rule = None
    if bent is not None:
        rule = Rule(scales.x(bent), TOP, scales.x(bent), PART_FLOOR)
        labels.append(Label(rule.x1 - 7, TOP + 12, f"knee: {counted(bent, 'board')}", "named", "end"))
    found_kinds = {kind_of(found.limit) for _, found in planned}
    near = scales.part_y(NEAR)
    return ScalingChart(
        Drawing(WIDTH, HEIGHT, tuple(_grid(scales, step_y)), (), tuple(labels)),
        _polyline([(scales.x(0), scales.y(0)), *((scales.x(one.boards), scales.y(one.linear)) for one in points)]),
        _polyline([(scales.x(one.boards), scales.y(one.bound)) for one in points]),
        tuple(_curves(points, scales, lambda found: found.steady)),
        tuple(_curves(points, scales, lambda found: found.images_per_second)),
        tuple(marks),
        tuple(parts),
        4.0 if len(points) <= 40 else 2.6,
        tuple(missing),
        Rule(LEFT, near, WIDTH - RIGHT, near),
        rule,
        tuple(Key(fill, NAMES.get(kind, kind)) for kind, fill in FILLS.items() if kind in found_kinds),
    )


def mark_text(point: Point, found: Figures) -> str:
    """What is told of a point."""
    text = f"{counted(point.boards, 'board')}: {found.steady:,.1f} images/s, {found.of_bound:.1%} of linear"
    return f"{text}; limit: {found.limit}"


def kind_of(limit: str) -> str:
    """Which of `FILLS` a limit belongs to."""
    return limit.split()[0]


def fill_of(limit: str) -> str:
    """Colour of a limit."""
    return FILLS[kind_of(limit)]


def _curves(points: Sequence[Point], scales: Scales, rate: Callable[[Figures], float]) -> Iterator[str]:
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None and point.figures is not None:
            run.append((scales.x(point.boards), scales.y(rate(point.figures))))
            continue
        if len(run) > 1:
            yield _polyline(run)
        run = []


def _grid(scales: Scales, step_y: float) -> Iterator[Line]:
    for index in range(round(scales.rate / step_y) + 1):
        yield Line(LEFT, WIDTH - RIGHT, scales.y(index * step_y), 1, "grid")
    for part in (scales.part, 1.0):
        yield Line(LEFT, WIDTH - RIGHT, scales.part_y(part), 1, "grid")


def _labels(scales: Scales, step_x: float, step_y: float) -> Iterator[Label]:
    for index in range(round(scales.rate / step_y) + 1):
        yield Label(LEFT - 8, scales.y(index * step_y) + 4, f"{index * step_y:,g}", "small", "end")
    for part in (scales.part, NEAR, 1.0):
        yield Label(LEFT - 8, scales.part_y(part) + 4, f"{part:g}", "small", "end")
    for index in range(int(scales.boards / step_x) + 1):
        yield Label(scales.x(index * step_x), PART_FLOOR + 19, f"{index * step_x:g}", "small", "middle")
    yield Label(LEFT + (WIDTH - LEFT - RIGHT) / 2, PART_FLOOR + 38, "boards", "small", "middle")
    yield Label(LEFT, TOP - 9, "images/s", "small")
    yield Label(LEFT, PART_TOP - 9, "part of linear scaling", "small")


def _polyline(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in places)

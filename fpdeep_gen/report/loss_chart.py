"""The loss of each training step as a line in a drawing. Pixels, y down."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.report.shapes import Drawing, Label, Line

WIDTH = 680
HEIGHT = 230
LEFT = 54
RIGHT = 16
TOP = 14
BOTTOM = 34
MOST_LABELS = 12


@dataclass(frozen=True)
class Point:
    """One step's loss."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class LossChart:
    """A grid with its labels, and the losses on it."""

    drawing: Drawing
    points: tuple[Point, ...]

    @property
    def curve(self) -> str:
        """The points as a polyline wants them."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


def draw_losses(steps: Sequence[int], losses: Sequence[float]) -> LossChart | None:
    """The chart, from 0 to the greatest loss; None where there are fewer than two steps to join."""
    if len(steps) < 2:
        return None
    step_size = round_step(max(losses) / 4 or 1.0)
    top = step_size * math.ceil(max(losses) / step_size) or step_size
    bottom = HEIGHT - BOTTOM
    span = WIDTH - LEFT - RIGHT
    points = tuple(
        Point(
            round(LEFT + span * index / (len(steps) - 1), 1),
            round(bottom - (bottom - TOP) * loss / top, 1),
            f"step {step}: {loss:.6f}",
        )
        for index, (step, loss) in enumerate(zip(steps, losses, strict=True))
    )
    count = round(top / step_size)
    heights = [round(bottom - (bottom - TOP) * index / count, 1) for index in range(count + 1)]
    grid = tuple(Line(LEFT, WIDTH - RIGHT, y, 1, "grid") for y in heights)
    labels = [Label(LEFT - 8, y + 4, f"{index * step_size:g}", "small", "end") for index, y in enumerate(heights)]
    stride = -(-len(steps) // MOST_LABELS)
    for index in range(0, len(steps), stride):
        labels.append(Label(points[index].x, bottom + 20, str(steps[index]), "small", "middle"))
    return LossChart(Drawing(WIDTH, HEIGHT, grid, (), tuple(labels)), points)


def round_step(raw: float) -> float:
    """The least of 1, 2, 5 times a power of ten that is at least `raw`."""
    scale = 10.0 ** math.floor(math.log10(raw))
    return next(factor * scale for factor in (1, 2, 5, 10) if factor * scale >= raw * 0.999)

"""The loss of each training step as a line in a drawing. Pixels, y down."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 680
HEIGHT = 230
LEFT = 54
RIGHT = 16
TOP = 14
BOTTOM = 34
MOST_LABELS = 12


@dataclass(frozen=True)
class Tick:
    """A label at a place on an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Point:
    """One step's loss."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class LossChart:
    """The whole drawing."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    points: tuple[Point, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]

    @property
    def line(self) -> str:
        """The points as a polyline wants them."""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)


def draw_losses(steps: Sequence[int], losses: Sequence[float]) -> LossChart | None:
    """The chart, from 0 to the greatest loss; None where there are fewer than two steps to join."""
    if len(steps) < 2:
        return None
    step_size = _round_step(max(losses) / 4 or 1.0)
    top = step_size * math.ceil(max(losses) / step_size) or step_size
    bottom = HEIGHT - BOTTOM
    span = WIDTH - LEFT - RIGHT
    points = tuple(
        Point(LEFT + span * index / (len(steps) - 1), bottom - (bottom - TOP) * loss / top, f"step {step}: {loss:.6f}")
        for index, (step, loss) in enumerate(zip(steps, losses, strict=True))
    )
    stride = -(-len(steps) // MOST_LABELS)
    x_ticks = tuple(Tick(points[index].x, str(steps[index])) for index in range(0, len(steps), stride))
    count = round(top / step_size)
    y_ticks = tuple(
        Tick(bottom - (bottom - TOP) * index / count, f"{index * step_size:g}") for index in range(count + 1)
    )
    return LossChart(WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, bottom, points, x_ticks, y_ticks)


def _round_step(raw: float) -> float:
    """The least of 1, 2, 5 times a power of ten that is at least `raw`."""
    scale = 10.0 ** math.floor(math.log10(raw))
    return next(factor * scale for factor in (1, 2, 5, 10) if factor * scale >= raw * 0.999)

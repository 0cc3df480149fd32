"""Parts of a drawing: texts, rectangles, lines. Pixels, y down; the template only writes them out."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """A text; `anchor`: start, middle or end of it is at `x`. `css`: class, which gives its look."""

    x: float
    y: float
    text: str
    css: str = ""
    anchor: str = "start"


@dataclass(frozen=True)
class Rectangle:
    """A rectangle with round corners."""

    x: float
    y: float
    width: float
    height: float
    radius: float
    css: str


@dataclass(frozen=True)
class Line:
    """A horizontal line; with `head` (points of a polygon) it is an arrow."""

    x1: float
    x2: float
    y: float
    thickness: float
    css: str
    head: str = ""


@dataclass(frozen=True)
class Drawing:
    """Everything in it, in the order in which it is drawn."""

    width: float
    height: float
    lines: tuple[Line, ...]
    rectangles: tuple[Rectangle, ...]
    labels: tuple[Label, ...]

    @property
    def least_width(self) -> float:
        """How far it may shrink before its texts are too small; a narrower page scrolls."""
        return round(0.75 * self.width)


@dataclass(frozen=True)
class Bar:
    """A filled rectangle; `fill` is a colour of CSS."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True)
class Group:
    """Bars that belong together; `text` is shown on pointing at any of them."""

    text: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Key:
    """A colour of a legend."""

    fill: str
    text: str


def stacked(x: float, floor: float, width: float, parts: Sequence[tuple[str, float]]) -> tuple[Bar, ...]:
    """Bars on top of each other from `floor` upwards, one for each (colour, height); none for a height of nothing."""
    bars = []
    for fill, height in parts:
        if height > 0:
            floor -= height
            bars.append(Bar(x, round(floor, 2), width, round(height, 2), fill))
    return tuple(bars)

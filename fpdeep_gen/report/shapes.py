"""Parts of a drawing: texts, rectangles, lines. Pixels, y down; the template only writes them out."""

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

"""A plan's chain as an SVG file of its own, for documents: small, as bars of a colour are one path."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fpdeep_gen.partition.model import BalancedPlan
from fpdeep_gen.report.plan_drawing import ChainDrawing, draw_plan
from fpdeep_gen.report.shapes import Bar, Key, Label
from fpdeep_gen.report.templates import render

TEMPLATE = "report/chain.svg.j2"
HEAD, LINE = 84, 21
"""Height of title and legends, and of a line of a legend."""

LETTER, SWATCH = 6.6, 30
"""Width of a letter, and of a colour with its gaps."""


@dataclass(frozen=True)
class Path:
    """All bars of a colour."""

    fill: str
    d: str


@dataclass(frozen=True)
class ChainSvg:
    """Everything that the template shows; the drawing begins `top` below the picture's top."""

    title: Label
    labels: tuple[Label, ...]
    swatches: tuple[Path, ...]
    paths: tuple[Path, ...]
    chain: ChainDrawing
    top: float
    width: float
    height: float


def chain_svg(plan: BalancedPlan, title: str) -> str:
    """The file's text."""
    chain = draw_plan(plan)
    labels: list[Label] = []
    swatches: list[Path] = []
    for index, (name, keys) in enumerate((("layers", chain.layers), ("memory", chain.uses))):
        y = 46 + LINE * index
        labels.append(Label(0, y, name, "small"))
        _legend(keys, 60, y, labels, swatches)
    drawing = chain.drawing
    page = ChainSvg(
        Label(0, 17, title, "title"),
        tuple(labels),
        tuple(swatches),
        paths_of(bar for group in chain.groups for bar in group.bars),
        chain,
        HEAD,
        drawing.width,
        drawing.height + HEAD,
    )
    return render(TEMPLATE, page)


def paths_of(bars: Iterable[Bar]) -> tuple[Path, ...]:
    """One path a colour, corners to a tenth of a pixel."""
    found: dict[str, list[str]] = {}
    for bar in bars:
        shape = f"M{bar.x:.1f} {bar.y:.1f}h{bar.width:.1f}v{bar.height:.1f}h-{bar.width:.1f}z"
        found.setdefault(bar.fill, []).append(shape)
    return tuple(Path(fill, "".join(shapes)) for fill, shapes in found.items())


def _legend(keys: Sequence[Key], x: float, y: float, labels: list[Label], swatches: list[Path]) -> None:
    for key in keys:
        swatches += paths_of([Bar(x, y - 10, 11, 11, key.fill)])
        labels.append(Label(round(x + 16, 1), y, key.text, "small"))
        x += SWATCH + LETTER * len(key.text)

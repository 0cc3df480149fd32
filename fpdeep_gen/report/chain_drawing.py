"""The chain as a drawing: a row of boards with their slices, and what each link carries both ways. Pixels, y down."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.report.figures import UP, BoardRow, LinkRow, Used

BOX_WIDTH = 210
GAP = 132
MARGIN = 12
LINE = 19
HEAD = 54
BARS = 62
HOST_WIDTH = 70
BAR_WIDTH = BOX_WIDTH - 28
MOST_LINES = 8


@dataclass(frozen=True)
class Bar:
    """A labelled bar; `filled` of `width` pixels show the share."""

    label: str
    value: str
    y: int
    filled: float
    width: int


@dataclass(frozen=True)
class Box:
    """One board: its outline, its texts and its bars."""

    x: int
    y: int
    width: int
    height: int
    title: str
    subtitle: str
    lines: tuple[tuple[int, str], ...]
    bars: tuple[Bar, ...]

    @property
    def text_x(self) -> int:
        """Left edge of the texts."""
        return self.x + 14


@dataclass(frozen=True)
class Arrow:
    """One direction of a link, from `x1` to `x2`, with a text above and one below; `thickness` shows the load."""

    x1: int
    x2: int
    y: int
    thickness: float
    upward: bool
    above: str
    below: str

    @property
    def middle(self) -> float:
        """Where the texts are centred."""
        return (self.x1 + self.x2) / 2

    @property
    def head(self) -> str:
        """Points of the arrow's head."""
        step = -9 if self.x2 > self.x1 else 9
        return f"{self.x2},{self.y} {self.x2 + step},{self.y - 5} {self.x2 + step},{self.y + 5}"


@dataclass(frozen=True)
class ChainDrawing:
    """The whole drawing."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    host_y: int


def draw_chain(boards: Sequence[BoardRow], links: Sequence[LinkRow]) -> ChainDrawing:
    """Boards left to right, the host in front of board 0."""
    lines = max((min(len(board.slices), MOST_LINES) for board in boards), default=1)
    height = HEAD + lines * LINE + BARS
    boxes = tuple(_box(board, position, height) for position, board in enumerate(boards))
    middle = MARGIN + height // 2
    width = boxes[-1].x + BOX_WIDTH + MARGIN if boxes else 2 * MARGIN
    arrows = (*_host_arrows(middle), *(_link_arrow(link, boxes[link.link], middle) for link in links))
    return ChainDrawing(width, height + 2 * MARGIN, boxes, arrows, middle)


def _box(board: BoardRow, position: int, height: int) -> Box:
    x = MARGIN + HOST_WIDTH + 44 + position * (BOX_WIDTH + GAP)
    names = list(board.slices[:MOST_LINES])
    if len(board.slices) > MOST_LINES:
        names[-1] = f"and {len(board.slices) - MOST_LINES + 1} more"
    top = MARGIN + HEAD + 8
    bars_y = MARGIN + height - BARS + 14
    return Box(
        x=x,
        y=MARGIN,
        width=BOX_WIDTH,
        height=height,
        title=f"board {board.board}",
        subtitle=board.name,
        lines=tuple((top + index * LINE, name) for index, name in enumerate(names)),
        bars=(_bar("DSP", board.dsp, bars_y), _bar("BRAM", board.bram36, bars_y + 25)),
    )


def _bar(label: str, used: Used, y: int) -> Bar:
    amount = f"{used.amount:,.1f}".removesuffix(".0")
    return Bar(label, f"{amount} / {used.available:,.0f}", y, min(1.0, used.share) * BAR_WIDTH, BAR_WIDTH)


def _link_arrow(link: LinkRow, box: Box, middle: int) -> Arrow:
    upward = link.direction == UP
    left, right = box.x + BOX_WIDTH + 6, box.x + BOX_WIDTH + GAP - 6
    load = f"{link.load:.1%} of link"
    flits = f"{link.flits_per_image:,.0f} flits"
    return Arrow(
        x1=left if upward else right,
        x2=right if upward else left,
        y=middle - 26 if upward else middle + 26,
        thickness=_thickness(link.load),
        upward=upward,
        above=flits if upward else load,
        below=load if upward else flits,
    )


def _thickness(load: float) -> float:
    return 1.5 + 6.0 * min(1.0, load)


def _host_arrows(middle: int) -> tuple[Arrow, Arrow]:
    left, right = MARGIN + HOST_WIDTH + 4, MARGIN + HOST_WIDTH + 38
    return (
        Arrow(left, right, middle - 12, 1.5, upward=True, above="", below=""),
        Arrow(right, left, middle + 12, 1.5, upward=False, above="", below=""),
    )

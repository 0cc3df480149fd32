"""The chain as a drawing: a row of boards with their slices, and what each link carries both ways."""

from collections.abc import Sequence

from fpdeep_gen.report.figures import UP, BoardRow, LinkRow, Used
from fpdeep_gen.report.shapes import Drawing, Label, Line, Rectangle

BOX_WIDTH = 190
GAP = 116
MARGIN = 12
LINE = 19
HEAD = 54
BARS = 62
HOST_WIDTH = 34
HOST_GAP = 46
INSET = 14
BAR_WIDTH = BOX_WIDTH - 2 * INSET
MOST_LINES = 8
LANE = 26
"""From the middle of a link to each of its two arrows."""


def draw_chain(boards: Sequence[BoardRow], links: Sequence[LinkRow]) -> Drawing:
    """Boards left to right, the host in front of board 0."""
    lines = max((min(len(board.slices), MOST_LINES) for board in boards), default=1)
    height = HEAD + lines * LINE + BARS
    middle = MARGIN + height // 2
    places = [MARGIN + HOST_WIDTH + HOST_GAP + position * (BOX_WIDTH + GAP) for position in range(len(boards))]
    labels = [Label(MARGIN, middle + 5, "host", "title")]
    rectangles: list[Rectangle] = []
    for x, board in zip(places, boards, strict=True):
        rectangles.append(Rectangle(x, MARGIN, BOX_WIDTH, height, 9, "box"))
        labels.extend(_board_labels(x + INSET, board))
        for offset, name, used in ((0, "DSP", board.dsp), (25, "BRAM", board.bram36)):
            bar_labels, bar = _bar(x + INSET, MARGIN + height - BARS + 14 + offset, name, used)
            labels.extend(bar_labels)
            rectangles.extend(bar)
    arrows = [_arrow(MARGIN + HOST_WIDTH, HOST_GAP, middle - 12, 0.0, True)]
    arrows.append(_arrow(MARGIN + HOST_WIDTH, HOST_GAP, middle + 12, 0.0, False))
    for link in links:
        left, upward = places[link.link] + BOX_WIDTH, link.direction == UP
        y = middle - LANE if upward else middle + LANE
        arrows.append(_arrow(left, GAP, y, link.load, upward))
        labels.extend(_link_labels(left + GAP / 2, y, link))
    width = places[-1] + BOX_WIDTH + MARGIN if places else 2 * MARGIN
    return Drawing(width, height + 2 * MARGIN, tuple(arrows), tuple(rectangles), tuple(labels))


def level(share: float) -> str:
    """Name of the colour of a resource of which that share is used."""
    return "full" if share > 0.9 else "tight" if share > 0.7 else "ok"


def _board_labels(x: float, board: BoardRow) -> list[Label]:
    names = list(board.slices[:MOST_LINES])
    if len(board.slices) > MOST_LINES:
        names[-1] = f"and {len(board.slices) - MOST_LINES + 1} more"
    head = [Label(x, MARGIN + 23, f"board {board.board}", "title"), Label(x, MARGIN + 41, board.name, "small")]
    return head + [Label(x, MARGIN + HEAD + 8 + index * LINE, name) for index, name in enumerate(names)]


def _bar(x: float, y: float, name: str, used: Used) -> tuple[list[Label], list[Rectangle]]:
    amount = f"{used.amount:,.1f}".removesuffix(".0")
    labels = [
        Label(x, y, name, "small"),
        Label(x + BAR_WIDTH, y, f"{amount} / {used.available:,.0f}", "small", "end"),
    ]
    filled = round(min(1.0, used.share) * BAR_WIDTH, 1)
    bars = [
        Rectangle(x, y + 4, BAR_WIDTH, 6, 3, "track"),
        Rectangle(x, y + 4, filled, 6, 3, f"fill {level(used.share)}"),
    ]
    return labels, bars


def _arrow(left: float, gap: float, y: float, load: float, upward: bool) -> Line:
    """An arrow between two neighbours whose distance is `gap`; the thicker, the more of the link is in use."""
    x1, x2 = (left + 6, left + gap - 6) if upward else (left + gap - 6, left + 6)
    back = -9 if upward else 9
    head = f"{x2},{y} {x2 + back},{y - 5} {x2 + back},{y + 5}"
    return Line(x1, x2 + back / 2, y, 1.5 + 6.0 * min(1.0, load), "up" if upward else "down", head)


def _link_labels(x: float, y: float, link: LinkRow) -> tuple[Label, Label]:
    load, flits = f"{link.load:.1%} of link", f"{link.flits_per_image:,.0f} flits"
    above, below = (flits, load) if link.direction == UP else (load, flits)
    return Label(x, y - 9, above, "small", "middle"), Label(x, y + 18, below, "small", "middle")

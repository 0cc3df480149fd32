"""A balanced plan's chain as a drawing: a column a board, from its slices down to its links. Pixels, y down.

Each panel has its limit drawn in, and names the board or link that comes nearest to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.budget import ddr_rate
from fpdeep_gen.partition.model import BalancedPlan, BoardUse
from fpdeep_gen.report.points import busiest_link, link_load
from fpdeep_gen.report.shapes import Bar, Drawing, Group, Key, Label, Line, Rectangle, stacked

WIDTH, LEFT, RIGHT = 1300, 118, 34
WIDEST = 360
"""Of a board's column; more would look empty."""

TOP, GAP = 16, 44
SLICES, PART, MEMORY, LINK = 190, 64, 120, 58
"""Heights of 100 %."""

NAME_WIDTH, NAME_HEIGHT = 6.8, 15
"""Of a letter of a layer's name, of the name."""

BOARD_LABELS = 16
"""About so many board numbers are written."""

USES = (
    ("weights", "weight_bram18", "#3b76c4"),
    ("gradients", "gradient_bram18", "#8e62bd"),
    ("feature caches", "cache_bram18", "#2f9a8f"),
    ("line buffers", "line_bram18", "#d9a441"),
    ("running sums", "partial_bram18", "#c96f4a"),
    ("FIFOs", "fifo_bram18", "#8c97a6"),
)
"""Uses of memory: name, field of `BoardUse`, colour."""

PLAIN, UP, DOWN = "var(--bar)", "var(--up)", "var(--down)"


@dataclass(frozen=True)
class ChainDrawing:
    """The drawing: axes and texts, bars by column, limits (horizontal lines), frames around what comes nearest to a
    limit, and the legends of layers and of memory."""

    drawing: Drawing
    groups: tuple[Group, ...]
    limits: tuple[Line, ...]
    layers: tuple[Key, ...]
    uses: tuple[Key, ...]


@dataclass(frozen=True)
class Columns:
    """Where the boards' columns are."""

    pitch: float
    width: float
    count: int

    def left(self, board: float) -> float:
        """Left edge of a board's column."""
        return round(LEFT + board * self.pitch + (self.pitch - self.width) / 2, 2)

    def middle(self, board: float) -> float:
        """Middle of a board's column."""
        return round(LEFT + (board + 0.5) * self.pitch, 2)

    @property
    def right(self) -> float:
        """Where the last column ends."""
        return round(LEFT + self.count * self.pitch, 2)


def columns_of(boards: int) -> Columns:
    """Columns that fill the drawing, but are no wider than `WIDEST`."""
    pitch = min(float(WIDEST), (WIDTH - LEFT - RIGHT) / boards)
    return Columns(pitch, round(pitch - max(0.8, 0.14 * pitch), 2), boards)


def layer_colours(network: Network) -> tuple[str, ...]:
    """A colour a layer, along the spectrum with the depth, neighbours apart in lightness."""
    last = max(1, len(network.layers) - 1)
    return tuple(
        f"hsl({(212 - 292 * index / last) % 360:.0f} {56 - 10 * (index % 2)}% {41 + 11 * (index % 2)}%)"
        for index in range(len(network.layers))
    )


def draw_plan(plan: BalancedPlan) -> ChainDrawing:
    """The chain of a plan."""
    columns = columns_of(len(plan.cluster.boards))
    panels = _Panels(columns, TOP + 30)
    panels.board_numbers()
    interval = plan.prediction.interval
    colours = layer_colours(plan.network)
    panels.slices(plan, colours)
    panels.bars(
        "DSP", "slices in use", PART,
        [(f"board {use.board}: {use.dsp:,} of {board.dsp:,} DSP slices", [(PLAIN, use.dsp / board.dsp)])
         for board, use in zip(plan.cluster.boards, plan.uses, strict=True)],
    )  # fmt: skip
    panels.bars("Memory", "block RAM by use", MEMORY, [_memory(plan, use) for use in plan.uses], "fullest: ")
    panels.bars(
        "LUT", "an estimate, with|distributed RAM", PART,
        [(f"board {use.board}: about {use.lut:,} of {board.lut:,} LUTs", [(PLAIN, use.lut / board.lut)])
         for board, use in zip(plan.cluster.boards, plan.uses, strict=True)],
    )  # fmt: skip
    if any(use.ddr_bits for use in plan.uses):
        rates = [ddr_rate(board, plan.cluster.clock_mhz) * interval for board in plan.cluster.boards]
        loads = [use.ddr_bits / rate if rate else 0.0 for use, rate in zip(plan.uses, rates, strict=True)]
        texts = [f"board {use.board}: DDR {load:.0%} busy" for use, load in zip(plan.uses, loads, strict=True)]
        parts = [(text, [(PLAIN, load)]) for text, load in zip(texts, loads, strict=True)]
        panels.bars("DDR", "traffic of an image", PART, parts, "busiest: ")
    if plan.links:
        panels.links(plan)
    kept = {"gradients": "gradients, momentum"} if plan.network.training.momentum else {}
    uses = tuple(
        Key(fill, kept.get(name, name)) for name, field, fill in USES if any(getattr(use, field) for use in plan.uses)
    )
    layers = tuple(Key(fill, layer.name) for fill, layer in zip(colours, plan.network.layers, strict=True))
    width = max(columns.right + RIGHT, LEFT + 2 * WIDEST + RIGHT)
    drawing = Drawing(width, panels.y, tuple(panels.grid), tuple(panels.frames), tuple(panels.labels))
    return ChainDrawing(drawing, tuple(panels.groups), tuple(panels.limits), layers, uses)


def _names_on(
    columns: Columns,
    floor: float,
    stacks: Sequence[Sequence[tuple[str, float]]],
    colours: Sequence[str],
    names: Sequence[str],
) -> Iterator[Label]:
    """Each layer's name on each bar that has room for it; where boards are narrow, once, on its longest run of them."""
    for colour, name in zip(colours, names, strict=True):
        middles = [_middle_of(stack, colour) for stack in stacks]
        if columns.width >= NAME_WIDTH * len(name) + 6:
            for board, middle in enumerate(middles):
                if middle is not None:
                    yield _name_at(columns.middle(board), floor, middle, name)
            continue
        runs: list[list[tuple[int, float]]] = [[]]
        for board, middle in enumerate(middles):
            if middle is None or (runs[-1] and abs(middle - runs[-1][-1][1]) * SLICES > NAME_HEIGHT / 2):
                runs.append([])
            if middle is not None:
                runs[-1].append((board, middle))
        run = max(runs, key=len)
        if len(run) * columns.pitch >= NAME_WIDTH * len(name) + 6:
            x = (columns.middle(run[0][0]) + columns.middle(run[-1][0])) / 2
            yield _name_at(x, floor, sum(middle for _, middle in run) / len(run), name)


def _name_at(x: float, floor: float, middle: float, name: str) -> Label:
    return Label(round(x, 1), round(floor - middle * SLICES + 4, 1), name, "on", "middle")


def _middle_of(stack: Sequence[tuple[str, float]], colour: str) -> float | None:
    """Height of the middle of a colour's bar in a stack, in parts of 100 %; None where a name has no room."""
    below = 0.0
    for fill, share in stack:
        if fill == colour:
            return below + share / 2 if share * SLICES >= NAME_HEIGHT else None
        below += share
    return None


def _memory(plan: BalancedPlan, use: BoardUse) -> tuple[str, list[tuple[str, float]]]:
    """Text and parts of a board's block RAM."""
    available = 2 * plan.cluster.boards[use.board].bram36
    amounts = [(name, getattr(use, field), fill) for name, field, fill in USES]
    listed = ", ".join(f"{name} {amount / 2:g}" for name, amount, _ in amounts if amount)
    text = f"board {use.board}: {use.bram18 / 2:g} of {available // 2:,} block RAMs ({listed})"
    return text, [(fill, amount / available) for _, amount, fill in amounts]


class _Panels:
    """Lays panels out from top to bottom."""

    def __init__(self, columns: Columns, y: float) -> None:
        self.columns, self.y = columns, y
        self.groups: list[Group] = []
        self.limits: list[Line] = []
        self.grid: list[Line] = []
        self.frames: list[Rectangle] = []
        self.labels: list[Label] = []

    def board_numbers(self) -> None:
        """Above the first panel."""
        every = _step(self.columns.count / BOARD_LABELS)
        self.labels.append(Label(0, TOP, "board", "small"))
        for board in range(0, self.columns.count, every):
            self.labels.append(Label(self.columns.middle(board), TOP, str(board), "small", "middle"))

    def slices(self, plan: BalancedPlan, colours: Sequence[str]) -> None:
        """What each board works on: height is the part of its multipliers that is busy with a layer."""
        found: list[dict[int, int]] = [{} for _ in plan.uses]
        for share in plan.shares:
            macs = found[share.board]
            macs[share.layer] = macs.get(share.layer, 0) + share.macs
        parts = []
        for board, macs in enumerate(found):
            whole = plan.cluster.boards[board].dsp * plan.prediction.interval
            listed = ", ".join(
                f"{plan.network.layers[layer].name} {count / whole:.1%}" for layer, count in sorted(macs.items())
            )
            stack = [(colours[layer], count / whole) for layer, count in sorted(macs.items())]
            parts.append((f"board {board}: multipliers busy with {listed}", stack))
        floor = self.bars("Slices", "multipliers busy|with each layer", SLICES, parts, "busiest: ")
        names = [layer.name for layer in plan.network.layers]
        self.labels += _names_on(self.columns, floor, [stack for _, stack in parts], colours, names)

    def bars(
        self,
        title: str,
        note: str,
        height: float,
        parts: Sequence[tuple[str, Sequence[tuple[str, float]]]],
        most: str = "",
    ) -> float:
        """A panel of stacked bars, with what is the greatest named after `most`; its floor."""
        floor = self.y + height
        self._heading(title, note)
        for board, (text, stack) in enumerate(parts):
            heights = [(fill, share * height) for fill, share in stack]
            bars = stacked(self.columns.left(board), floor, self.columns.width, heights)
            self.groups.append(Group(text, bars))
        self._scale(self.y, floor)
        if most:
            totals = [sum(share for _, share in stack) for _, stack in parts]
            board = max(range(len(totals)), key=lambda index: round(totals[index], 9))  # the first of those alike
            frame_x, frame_width = self.columns.left(board) - 1.5, self.columns.width + 3
            self.frames.append(Rectangle(frame_x, self.y - 3, frame_width, height + 6, 2, "most"))
            self._named(self.columns.middle(board), self.y - 9, f"{most}board {board}, {totals[board]:.1%}")
        self.y = floor + GAP
        return floor

    def links(self, plan: BalancedPlan) -> None:
        """Loads between neighbours: up above the line, down below it."""
        middle, interval = self.y + LINK, plan.prediction.interval
        self._heading("Links", "part of the interval:|up, then down")
        width = round(min(self.columns.pitch * 0.62, 60.0), 2)
        for link in plan.links:
            up, down = link.up_cycles / interval, link.down_cycles / interval
            x = round(LEFT + (link.index + 1) * self.columns.pitch - width / 2, 2)
            bars = (
                Bar(x, round(middle - up * LINK, 2), width, round(up * LINK, 2), UP),
                Bar(x, middle, width, round(down * LINK, 2), DOWN),
            )
            text = f"link {link.index} to {link.index + 1}: up {up:.1%}, down {down:.1%} of the interval"
            self.groups.append(Group(text, bars))
        self._scale(self.y, middle)
        self.limits.append(Line(LEFT, self.columns.right, middle + LINK, 1.4, "limit"))
        self.labels.append(Label(LEFT - 8, middle + LINK + 4, "100 %", "small", "end"))
        busiest = busiest_link(plan)
        assert busiest is not None
        way = "up" if busiest.up_cycles >= busiest.down_cycles else "down"
        x = LEFT + (busiest.index + 1) * self.columns.pitch
        self.frames.append(Rectangle(x - width / 2 - 1.5, self.y - 3, width + 3, 2 * LINK + 6, 2, "most"))
        text = f"busiest: link {busiest.index} to {busiest.index + 1}, {link_load(plan, busiest):.1%} {way}"
        self._named(x, self.y - 9, text)
        self.y = middle + LINK + 16

    def _heading(self, title: str, note: str) -> None:
        self.labels.append(Label(0, self.y + 14, title, "title"))
        for line, text in enumerate(note.split("|")):
            self.labels.append(Label(0, self.y + 31 + 14 * line, text, "small"))

    def _scale(self, top: float, floor: float) -> None:
        """The floor, and the limit of 100 %."""
        self.grid.append(Line(LEFT, self.columns.right, floor, 1, "grid"))
        self.limits.append(Line(LEFT, self.columns.right, top, 1.4, "limit"))
        self.labels.append(Label(LEFT - 8, top + 4, "100 %", "small", "end"))

    def _named(self, x: float, y: float, text: str) -> None:
        """A text over what it names, kept inside the drawing."""
        half = 3.3 * len(text)
        place = min(max(x, LEFT + half), max(self.columns.right, LEFT + 2 * half) - half)
        self.labels.append(Label(round(place, 1), y, text, "named", "middle"))


def _step(raw: float) -> int:
    """The least of 1, 2, 5, 10, 20, ... that is at least `raw`."""
    scale = 1
    while True:
        for factor in (1, 2, 5):
            if factor * scale >= raw:
                return factor * scale
        scale *= 10

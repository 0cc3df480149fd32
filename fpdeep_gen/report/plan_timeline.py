"""The pipeline of one mini-batch as a drawing: a row a layer with its phases, the first images and the last ones.

The first image of the batch is drawn in full colour, so that its way through the network and back can be followed; a
break stands where a long batch goes on in the same way. Pixels, y down.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fpdeep_gen.partition.model import BalancedPlan, Phase, PhaseTimes
from fpdeep_gen.report.plan_times import NAMES, span, updates
from fpdeep_gen.report.shapes import Bar, Drawing, Group, Key, Label, Line

WIDTH, LEFT, RIGHT, TOP = 1300, 84, 16, 40
LANE, ROW_GAP, BREAK = 6.5, 5.0, 30

MOST_IMAGES = 48
"""Images that are told apart; more are drawn as one bar."""

LABEL = 66
"""Room for the number of an image."""

LEAST_WIDTH = 0.6
"""Of a bar, so that short phases are seen."""

FILLS = {Phase.FORWARD: "var(--up)", Phase.BACKWARD: "var(--down)", Phase.GRADIENT: "var(--grad)"}
UPDATE_FILL = "var(--update)"
STRENGTHS = (0.52, 0.3)
"""Of images after the first, in turn."""


@dataclass(frozen=True)
class TimelineDrawing:
    """Axis, bars of the first image and updates, bars of other images (with their strength, 0..1), and the legend."""

    drawing: Drawing
    first: tuple[Group, ...]
    others: tuple[tuple[float, tuple[Bar, ...]], ...]
    rules: tuple[tuple[float, float, float], ...]
    pause: Group
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Window:
    """Cycles begin..end between pixels left..right."""

    begin: float
    end: float
    left: float
    right: float

    def x(self, cycle: float) -> float:
        """Where a cycle is."""
        return self.left + (cycle - self.begin) * (self.right - self.left) / (self.end - self.begin)

    def bar(self, begin: float, end: float, y: float, height: float, fill: str) -> Bar | None:
        """What of begin..end is in the window."""
        begin, end = max(begin, self.begin), min(end, self.end)
        if end <= begin:
            return None
        x = round(self.x(begin), 2)
        return Bar(x, y, round(max(LEAST_WIDTH, self.x(end) - x), 2), height, fill)


def windows_of(plan: BalancedPlan) -> tuple[Window, ...]:
    """The whole batch with the begin of the next one; of a long batch its begin and its end."""
    predicted = plan.prediction
    end = predicted.batch_cycles + 1.2 * predicted.interval
    head = predicted.latency + 2.2 * predicted.interval
    tail = predicted.last_gradient - predicted.drain - 0.6 * predicted.interval
    if head >= tail:
        return (Window(0, end, LEFT, WIDTH - RIGHT),)
    middle = LEFT + (WIDTH - LEFT - RIGHT - BREAK) * head / (head + end - tail)
    return (Window(0, head, LEFT, middle), Window(tail, end, middle + BREAK, WIDTH - RIGHT))


def draw_timeline(plan: BalancedPlan) -> TimelineDrawing:
    """One mini-batch of a plan."""
    windows = windows_of(plan)
    row = 3 * LANE + ROW_GAP
    tops = [TOP + 10 + index * row for index in range(len(plan.network.layers))]
    floor = tops[-1] + row
    in_turn = {share.layer for share in plan.shares if share.in_turn}
    first: list[Group] = []
    others: dict[float, list[Bar]] = {}
    for times in plan.prediction.times:
        y = round(tops[times.layer] + LANE * list(Phase).index(times.phase), 2)
        name = f"{plan.network.layers[times.layer].name} {NAMES[times.phase]}"
        text = f"{name}, first image: cycles {times.begin:,} to {times.end:,}"
        if times.layer in in_turn:
            text += ", in turn with the layer's other phases on one engine"
        bars = [window.bar(times.begin, times.end, y, LANE - 1, FILLS[times.phase]) for window in windows]
        first.append(Group(text, tuple(bar for bar in bars if bar is not None)))
        for window in windows:
            for strength, begin, end in _spans(plan, times, window):
                bar = window.bar(begin, end, y, LANE - 1, FILLS[times.phase])
                if bar is not None:
                    others.setdefault(strength, []).append(bar)
    first += _updates(plan, windows, tops)
    labels = [
        Label(0, top + 1.5 * LANE + 4, plan.network.layers[index].name, "small") for index, top in enumerate(tops)
    ]
    rules = tuple(_rules(plan, windows, labels, floor))
    grid = tuple(Line(LEFT, WIDTH - RIGHT, round(top + row - ROW_GAP / 2, 1), 0.6, "grid") for top in tops)
    keys = tuple(Key(fill, NAMES[phase]) for phase, fill in FILLS.items())
    drawing = Drawing(WIDTH, round(floor + 26), grid, (), tuple(labels))
    by_strength = tuple((strength, tuple(bars)) for strength, bars in sorted(others.items()))
    return TimelineDrawing(
        drawing, tuple(first), by_strength, rules, _pause(plan, windows[-1], floor), (*keys, Key(UPDATE_FILL, "update"))
    )


def _spans(plan: BalancedPlan, times: PhaseTimes, window: Window) -> Iterator[tuple[float, float, float]]:
    """Strength, begin and end of what a phase does in a window, the batch's first image left out."""
    predicted = plan.prediction
    interval, period = predicted.interval, predicted.batch_cycles
    lowest = max(1, int((window.begin - times.end) // interval))
    highest = min(predicted.batch - 1, int((window.end - times.begin) // interval))
    if highest - lowest > MOST_IMAGES:
        yield STRENGTHS[0], span(plan, times, lowest)[0], span(plan, times, highest)[1]
    else:
        for image in range(lowest, highest + 1):
            yield STRENGTHS[image % 2], *span(plan, times, image)
    for image in range(2):  # of the next batch
        begin = period + image * interval
        yield STRENGTHS[image % 2], begin + times.begin, begin + times.end


def _updates(plan: BalancedPlan, windows: tuple[Window, ...], tops: list[float]) -> Iterator[Group]:
    """A layer's updates, from the first board that begins to the last that ends."""
    spans: dict[int, tuple[float, float]] = {}
    for one in updates(plan):
        begin, end = spans.get(one.layer, (one.begin, one.end))
        spans[one.layer] = (min(begin, one.begin), max(end, one.end))
    for layer, (begin, end) in sorted(spans.items()):
        bars = [window.bar(begin, end, round(tops[layer], 2), 3 * LANE - 1, UPDATE_FILL) for window in windows]
        text = f"{plan.network.layers[layer].name} update: {end - begin:,.0f} cycles after the batch's last gradient"
        yield Group(text, tuple(bar for bar in bars if bar is not None))


def _pause(plan: BalancedPlan, window: Window, floor: float) -> Group:
    """From the batch's last gradient to the next batch."""
    predicted = plan.prediction
    bar = window.bar(predicted.last_gradient, predicted.batch_cycles, TOP, floor - TOP, UPDATE_FILL)
    text = f"update of the last layers, sums and weights over links: {predicted.update:,} cycles"
    return Group(text, () if bar is None else (bar,))


def _rules(
    plan: BalancedPlan, windows: tuple[Window, ...], labels: list[Label], floor: float
) -> Iterator[tuple[float, float, float]]:
    """Vertical lines where images begin (x, top, bottom), with their labels and the axis's."""
    predicted = plan.prediction
    for window in windows:
        first = max(0, -int(-window.begin // predicted.interval))
        last = int(window.end // predicted.interval)
        every = max(1, -(-(last - first) * LABEL // int(window.right - window.left)))
        for image in range(first, min(last, predicted.batch - 1) + 1):
            x = round(window.x(image * predicted.interval), 1)
            if (image - first) % every == 0 and x + LABEL / 2 <= window.right:
                labels.append(Label(x, TOP - 6, f"image {image}", "small", "middle"))
                yield x, TOP, floor
    end = windows[-1].x(predicted.batch_cycles)
    labels.append(Label(round(min(end + LABEL / 2, WIDTH), 1), TOP - 22, "next batch", "named", "end"))
    yield round(end, 1), TOP - 16, floor
    if len(windows) > 1:
        x = (windows[0].right + windows[1].left) / 2
        labels.append(Label(x, (TOP + floor) / 2, "\N{MIDLINE HORIZONTAL ELLIPSIS}", "title", "middle"))
    milliseconds = 1e-3 / plan.cluster.clock_mhz
    text = (
        f"one interval {predicted.interval:,} cycles = {predicted.interval * milliseconds:.3g} ms; first pixel to last "
        f"gradient {predicted.latency:,} cycles = {predicted.fill:.2f} intervals; batch of {predicted.batch} images "
        f"{predicted.batch_cycles:,} cycles = {predicted.batch_cycles * milliseconds:.4g} ms"
    )
    labels.append(Label(LEFT, floor + 18, text, "small"))

"""When each row of each image is where, were no FIFO ever full: the source of latency and of the caches' depths.

A recurrence over rows: a row of sums begins when the rows it needs are loaded and the engine has ended the row before;
features go up through the slices, errors come back down. Times are cycles, images start `period` cycles apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fpdeep_gen.board.model import Cluster, Link
from fpdeep_gen.network.model import Network
from fpdeep_gen.plan.cost import SOFTMAX_DIVISION_CYCLES, Fold, groups, loss_cycles, softmax_cycles, window_slots
from fpdeep_gen.plan.links import payload_bits
from fpdeep_gen.plan.pieces import Piece

Rows = list[float]


@dataclass(frozen=True)
class Delays:
    """Cycles of pipelines. `step`: from a process that hands words on (fork, concat, split, relu_pool) to the next
    one's input; `engine`: from a window's last word through window and engine to the sum; `link_end`: pack, choice,
    receiver and unpack of one word."""

    step: int
    engine: int
    link_end: int


USUAL = Delays(step=1, engine=5, link_end=6)
"""Measured on the open back end's RTL for 100 MHz: engines have 4 or 5 stages, most other processes one."""

GENEROUS = Delays(step=3, engine=12, link_end=10)
"""Deeper pipelines, as other compilers and clocks give: what depths of caches are made for."""


@dataclass(frozen=True)
class SliceTimes:
    """Of one slice and image: last words of the rows of its input tensor as they enter the cache and as the gradient's
    window takes them; the same of the masks; and when its last gradient is added."""

    features_in: Rows
    features_out: Rows
    masks_in: Rows
    masks_out: Rows
    gradient_end: float


def unbounded(row: int) -> tuple[float, float]:
    """Bounds of a row that waits for nothing else."""
    return 0.0, 0.0


@dataclass(frozen=True)
class Errors:
    """Rows of errors, by the arrival of their last words; each row's first group of channels comes `spread` before."""

    rows: Rows
    spread: float

    def parted(self, below: int, own: int) -> tuple["Errors", "Errors"]:
        """What `split` makes of rows of `below` + `own` groups: those for below, which come first, and the own ones."""
        step = self.spread / max(1, below + own - 1)
        lower = Errors([row - step * own for row in self.rows], step * max(0, below - 1))
        return lower, Errors(self.rows, step * (own - 1))


@dataclass
class _Window:
    """A window and its engine, from image to image. `rows` of `row_words` words come in."""

    rows: int
    row_words: int
    kernel: int
    padding: int
    out_rows: int
    out_row_cycles: int
    freed: Rows = field(default_factory=list)
    loaded: float = 0.0
    busy: float = 0.0
    begun: float = 0.0

    def image(self, arrive: Rows, bounds: Callable[[int], tuple[float, float]] = unbounded) -> tuple[Rows, Rows]:
        """(end of the loading of each row, end of each output row). `bounds(r)`: earliest start and end of output row
        r, where the engine waits for something else too. `begun`: when the last output row began."""
        loads: Rows = []
        ends: Rows = []
        done = len(self.freed)
        for out_row in range(self.out_rows):
            need = min(out_row + self.kernel - 1 - self.padding, self.rows - 1)
            while len(loads) <= need:
                loads.append(self._load(len(loads), arrive, done))
            earliest, earliest_end = bounds(out_row)
            start = max(loads[need] if need >= 0 else 0.0, self.busy, earliest)
            self.begun = start
            self.busy = max(start + self.out_row_cycles, earliest_end)
            ends.append(self.busy)
            while len(self.freed) - done <= out_row - self.padding and len(self.freed) - done < self.rows:
                self.freed.append(self.busy)
        while len(self.freed) - done < self.rows:
            self.freed.append(self.busy)
        while len(loads) < self.rows:
            loads.append(self._load(len(loads), arrive, done))
        return loads, ends

    def _load(self, row: int, arrive: Rows, done: int) -> float:
        slot = done + row - window_slots(self.kernel, self.padding)
        free = self.freed[slot] if 0 <= slot < len(self.freed) else 0.0
        self.loaded = max(arrive[row], max(free, self.loaded) + self.row_words)
        return self.loaded


@dataclass
class _LinkStream:
    """A stream over a link: it takes its rows one after the other at the link's rate."""

    link: Link
    link_end: int
    rate: float
    word_bits: int
    row_words: int
    busy: float = 0.0

    def image(self, rows: Rows) -> Rows:
        """Arrival of rows whose last words are sent at `rows`."""
        flits = groups(self.word_bits, payload_bits(self.link))
        arrive = []
        for time in rows:
            self.busy = max(time + flits / self.rate, self.busy + self.row_words * flits / self.rate)
            arrive.append(self.busy + self.link.latency_cycles + self.link_end)
        return arrive


def _forward_window(fold: Fold) -> _Window:
    rows, words = (1, fold.in_words) if fold.kernel == 1 else (fold.in_rows, fold.tensor_row_words)
    return _Window(rows, words, fold.kernel, fold.padding, fold.out_rows, fold.row_cycles)


def _backward_window(fold: Fold) -> _Window:
    padding = fold.kernel - 1 - fold.padding
    words = fold.out_groups * fold.out_columns
    return _Window(fold.out_rows, words, fold.kernel, padding, fold.in_rows, fold.backward_row_cycles)


def _as_windows_rows(fold: Fold, rows: Rows) -> Rows:
    """Rows as the window sees them: a 1 x 1 kernel over a flattened map takes the whole tensor as one row."""
    return rows if len(rows) == fold.in_rows else [rows[-1]]


class _SliceSchedule:
    """The processes of one slice, from image to image."""

    def __init__(self, fold: Fold, delays: Delays) -> None:
        self.fold = fold
        self.delays = delays
        self.forward = _forward_window(fold)
        self.gradient = _forward_window(fold)
        self.backward = _backward_window(fold)
        self.emitted = 0.0
        self.concat = 0.0

    def features(self, arrive: Rows) -> Rows:
        """Pooled rows of the slice's part of the output tensor."""
        _, ends = self.forward.image(_as_windows_rows(self.fold, arrive))
        pool = self.fold.pool
        delay = self.delays.engine + (self.delays.step if self.fold.has_relu_pool else 0)
        return [ends[row * pool + pool - 1] + delay for row in range(len(ends) // pool)]

    def sum_errors(self, errors: Errors) -> tuple[Rows, Rows]:
        """(first group, last word) of the errors of each row of sums, from those of the pooled rows."""
        fold = self.fold
        arrive = errors.rows
        if not fold.has_relu_pool:
            return [row - errors.spread for row in arrive], arrive
        words = fold.out_groups * fold.out_columns
        firsts: Rows = []
        lasts: Rows = []
        for row in range(fold.out_rows):
            source = min(row // fold.pool, len(arrive) - 1)
            first = max(arrive[source] - errors.spread + self.delays.step, self.emitted + fold.out_columns)
            self.emitted = max(arrive[source] + self.delays.step, self.emitted + words)
            firsts.append(min(first, self.emitted))
            lasts.append(self.emitted)
        return firsts, lasts

    def gradients(self, features: Rows, firsts: Rows, lasts: Rows) -> tuple[Rows, float]:
        """(rows of the input tensor as they leave the cache, end of the last gradient). An engine begins a row with its
        first group of errors, and does a group's share of the row after the last."""
        share = self.fold.row_cycles / self.fold.out_groups
        loads, ends = self.gradient.image(
            _as_windows_rows(self.fold, features), lambda row: (firsts[row], lasts[row] + share)
        )
        left = loads if len(loads) == len(features) else [loads[-1]] * len(features)
        return left, ends[-1] + self.delays.engine

    def error_spread(self) -> float:
        """Between the first and the last group of a row of the input tensor's errors."""
        fold = self.fold
        if fold.kernel == 1 and fold.tensor_rows != fold.in_rows:
            row = fold.backward_row_cycles / fold.tensor_rows
            return row * (1 - 1 / max(1, fold.tensor_row_words))
        return fold.backward_row_cycles * (1 - 1 / fold.in_groups)

    def input_errors(self, errors: Rows, partial: Errors | None) -> Rows:
        """Rows of the input tensor's error, or of its partial sums. `partial`: sums from the slice above, of which the
        engine takes a group when it begins one of its own."""
        fold = self.fold
        group = fold.backward_row_cycles / fold.in_groups
        if fold.kernel == 1 and fold.tensor_rows != fold.in_rows:
            bound = (partial.rows[0] - partial.spread, partial.rows[-1] + group) if partial else unbounded(0)
            self.backward.image(errors, lambda _: bound)
            rows, end = [], self.backward.begun
            for row in range(fold.tensor_rows):
                end += fold.backward_row_cycles / fold.tensor_rows
                end = max(end, partial.rows[row] + group) if partial else end
                rows.append(end)
        else:
            _, rows = self.backward.image(
                errors,
                lambda row: (
                    (partial.rows[row] - partial.spread, partial.rows[row] + group) if partial else unbounded(row)
                ),
            )
        return [row + self.delays.engine for row in rows]


class _Chain:
    """All slices and the links between them."""

    def __init__(
        self,
        network: Network,
        cluster: Cluster,
        lanes: Sequence[int],
        pieces: Sequence[Piece],
        folds: Sequence[Fold],
        delays: Delays,
    ) -> None:
        self.network = network
        self.cluster = cluster
        self.lanes = lanes
        self.pieces = pieces
        self.delays = delays
        self.slices = [_SliceSchedule(fold, delays) for fold in folds]
        self.streams: dict[tuple[str, int], _LinkStream] = {}
        self.softmax = 0.0

    def across(self, name: str, index: int, below: int, above: int, bits: int, words: int, rows: Rows) -> Rows:
        """`rows` as they arrive at the neighbour: over the link, or at the next process where it is the same board."""
        if below == above:
            return [row + self.delays.step for row in rows]
        if (name, index) not in self.streams:
            link = self.cluster.links[below]
            rate = link.flits_per_cycle(self.cluster.clock_mhz)
            self.streams[name, index] = _LinkStream(link, self.delays.link_end, rate, bits, words)
        return self.streams[name, index].image(rows)

    def image(self, start: float) -> tuple[SliceTimes, ...]:
        """One image whose first pixel enters at `start`."""
        features, masks = self._up(start)
        classes = self.network.layers[-1].out_channels
        follows = masks[-1][-1] + loss_cycles(classes, self.lanes[-1]) + self.delays.step
        self.softmax = max(self.softmax + softmax_cycles(classes), follows)
        return self._down(features, masks)

    def _up(self, start: float) -> tuple[list[Rows], list[Rows]]:
        network, lanes = self.network, self.lanes
        words = self.slices[0].fold.tensor_row_words
        arrive = [start + (row + 1) * words for row in range(network.input_rows)]
        low: Rows | None = None
        inputs: list[Rows] = []
        outputs: list[Rows] = []
        for index, (piece, part) in enumerate(zip(self.pieces, self.slices, strict=True)):
            inputs.append(arrive)
            made = part.features(arrive)
            outputs.append(made)
            if low is not None:
                made = self._concatenated(index, low, made)
            if index + 1 == len(self.pieces):
                break
            board, following = piece.board, self.pieces[index + 1]
            row_words = groups(piece.out_end, lanes[piece.layer + 1]) * network.layers[piece.layer].out_columns
            bits = lanes[piece.layer + 1] * network.tensor_format(piece.layer + 1).width
            passed = self.across("up", index, board, following.board, bits, row_words, made)
            if following.layer == piece.layer:
                low = passed
                bits = lanes[piece.layer] * network.tensor_format(piece.layer).width
                words = part.fold.tensor_row_words
                arrive = self.across("pass", index, board, following.board, bits, words, arrive)
            else:
                arrive, low = passed, None
        return inputs, outputs

    def _concatenated(self, index: int, low: Rows, high: Rows) -> Rows:
        part = self.slices[index]
        columns = part.fold.out_columns // part.fold.pool
        low_words = groups(self.pieces[index].out_begin, part.fold.lanes_out) * columns
        high_words = part.fold.out_groups * columns
        rows = []
        for low_row, high_row in zip(low, high, strict=True):
            from_low = max(low_row, part.concat + low_words)
            part.concat = max(from_low + high_words, high_row)
            rows.append(part.concat + self.delays.step)
        return rows

    def _loss_errors(self) -> Errors:
        """The loss gives a word of errors for every `lanes` classes, as it divides for one after the other."""
        classes = self.network.layers[-1].out_channels
        return Errors([self.softmax], (classes - self.lanes[-1]) * SOFTMAX_DIVISION_CYCLES)

    def _down(self, features: list[Rows], masks: list[Rows]) -> tuple[SliceTimes, ...]:
        network, lanes = self.network, self.lanes
        errors = self._loss_errors()
        partial: Errors | None = None
        times: list[SliceTimes] = []
        for index in reversed(range(len(self.pieces))):
            piece, part = self.pieces[index], self.slices[index]
            below = groups(piece.out_begin, part.fold.lanes_out)
            lower, errors = errors.parted(below, part.fold.out_groups)
            firsts, sums = part.sum_errors(errors)
            left, end = part.gradients(features[index], firsts, sums)
            times.append(SliceTimes(features[index], left, masks[index], errors.rows, end))
            if index == 0:
                break
            source = self.pieces[index - 1]
            sent = part.input_errors(sums, partial) if piece.layer else None
            words = part.fold.tensor_row_words
            if source.layer == piece.layer:
                bits = lanes[piece.layer + 1] * network.layers[piece.layer].formats.error.width
                row_words = below * (part.fold.out_columns // part.fold.pool)
                rows = self.across("error", index, source.board, piece.board, bits, row_words, lower.rows)
                errors = Errors(rows, lower.spread)
                bits = lanes[piece.layer] * network.accumulator_width
                if sent is not None:
                    rows = self.across("partial", index, source.board, piece.board, bits, words, sent)
                    partial = Errors(rows, part.error_spread())
            elif sent is not None:
                bits = lanes[piece.layer] * network.layers[piece.layer - 1].formats.error.width
                rows = self.across("error", index, source.board, piece.board, bits, words, sent)
                errors, partial = Errors(rows, part.error_spread()), None
        return tuple(reversed(times))


def schedule(
    network: Network,
    cluster: Cluster,
    lanes: Sequence[int],
    pieces: Sequence[Piece],
    folds: Sequence[Fold],
    images: int,
    period: int,
    delays: Delays = USUAL,
) -> tuple[tuple[SliceTimes, ...], ...]:
    """[image][slice] times of `images` images, one every `period` cycles."""
    chain = _Chain(network, cluster, lanes, pieces, folds, delays)
    return tuple(chain.image(image * period) for image in range(images))

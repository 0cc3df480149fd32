"""When each row of each tensor is complete, for images that follow each other at the plan's interval.

All boards of a layer work in step, so a layer is as fast as its slowest share; `model.py` states the rules.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from fpdeep_gen.board.model import Cluster
from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.link_rate import framed_rate
from fpdeep_gen.partition.model import Carried, Order, Phase, PhaseTimes, Share
from fpdeep_gen.partition.traffic import Flow

IMAGES = 6
"""Images until the times of one are those of the one before, an interval later."""

HOP_CYCLES = 8
"""Cycles from a board's input to its output, for what passes through."""

STEP_CYCLES = 32
"""From the last operand to the sum: depths of the pipelines of window, engine and rounding."""

LOSS_CYCLES_A_CLASS = 3
LOSS_PIPELINE_CYCLES = 64
"""Greatest logit, exponential and sum, pipelined division: a cycle a class each."""


@dataclass(frozen=True)
class Engine:
    """All shares of a phase of a layer as one engine: `row` cycles a row, of which the share `head` comes before the
    newest input row is needed."""

    row: int
    rows: int
    head: float


@dataclass
class _State:
    """Until when the engines are busy with earlier images."""

    free: dict[tuple[int, Phase], float] = field(default_factory=dict)


@dataclass(frozen=True)
class LayerTimes:
    """Of one image, from its first pixel: arrival of the rows of the layer's input tensor, and when the gradient phase
    is through with each row of sums."""

    arrivals: tuple[float, ...]
    gradients: tuple[float, ...]


@dataclass(frozen=True)
class Timing:
    """Times of an image in the full pipeline."""

    latency: int
    phases: tuple[PhaseTimes, ...]
    layers: tuple[LayerTimes, ...]


def engines(geometry: Sequence[Geometry], shares: Iterable[Share]) -> dict[tuple[int, Phase], Engine]:
    """The slowest of the shares of each phase of each layer."""
    found: dict[tuple[int, Phase], Engine] = {}
    for share in shares:
        layer = geometry[share.layer]
        rows = layer.rows(share.phase)
        kernel = layer.layer.kernel_rows
        head = (kernel - 1) / kernel if share.newest_last else 0.0
        row = -(-share.cycles // rows)
        before = found.get((share.layer, share.phase))
        if before is None:
            found[share.layer, share.phase] = Engine(row, rows, head)
        else:
            found[share.layer, share.phase] = Engine(max(row, before.row), rows, min(head, before.head))
    return found


def delays(network: Network, cluster: Cluster, found: Sequence[Flow]) -> dict[tuple[Carried, int], int]:
    """Cycles from a row's completion where it is made until it is complete where it is needed: the way over the links
    and the time of its bits on the slowest of them."""
    if not cluster.links:
        return {}
    slowest = min(framed_rate(link, cluster.clock_mhz) for link in cluster.links)
    latency = max(link.latency_cycles for link in cluster.links) + HOP_CYCLES
    result: dict[tuple[Carried, int], int] = {}
    for flow in found:
        rows = network.tensor_shape(flow.tensor)[1]
        most = max(int(flow.up.max()), int(flow.down.max()))
        cycles = flow.hops * latency + round(most / rows / slowest)
        carried = Carried.ERROR if flow.carried is Carried.PARTIAL else flow.carried
        result[carried, flow.tensor] = result.get((carried, flow.tensor), 0) + cycles
    return result


class Timeline:
    """Runs images through the layers' engines."""

    def __init__(
        self,
        network: Network,
        geometry: Sequence[Geometry],
        shares: Sequence[Share],
        waits: dict[tuple[Carried, int], int],
        interval: int,
        shared_weights: int,
        shared_gradients: int,
    ) -> None:
        self.network = network
        self.geometry = geometry
        self.engines = engines(geometry, shares)
        self.orders = {(share.layer, share.phase): share.order for share in shares}
        self.waits = waits
        self.interval = interval
        self.shared_read = shared_weights
        self.shared_gradients = shared_gradients
        self.state = _State()
        self.spans: dict[tuple[int, Phase], tuple[float, float]] = {}
        self.arrivals: list[list[float]] = []
        self.gradients: dict[int, list[float]] = {}

    def timing(self) -> Timing:
        """Times of an image once they repeat."""
        for image in range(IMAGES):
            self._image(image * self.interval)
        begin = (IMAGES - 1) * self.interval
        latency = max(end for _, end in self.spans.values()) - begin
        phases = tuple(
            PhaseTimes(layer, phase, round(first - begin), round(last - begin))
            for (layer, phase), (first, last) in sorted(self.spans.items(), key=lambda item: item[1])
        )
        layers = tuple(
            LayerTimes(
                tuple(time - begin for time in self.arrivals[layer]),
                tuple(time - begin for time in self.gradients[layer]),
            )
            for layer in range(len(self.network.layers))
        )
        return Timing(round(latency), phases, layers)

    def _image(self, begin: int) -> None:
        rows = self.network.input_rows
        ready = [begin + self.interval * (row + 1) / rows for row in range(rows)]
        self.arrivals = []
        first = min((layer.index for layer in self.geometry if layer.flat), default=len(self.geometry))
        started = ready[0]
        for layer in self.geometry:
            self.arrivals.append(ready)
            if layer.flat:
                started, ready = self._flat_forward(layer, ready, started, first)
            else:
                ready = self._forward(layer, ready)
        logits = ready[-1]
        loss = logits + LOSS_CYCLES_A_CLASS * self.network.layers[-1].out_channels + LOSS_PIPELINE_CYCLES
        back = [loss + self._wait(Carried.ERROR, len(self.geometry))] * self.network.tensor_shape(len(self.geometry))[1]
        started = back[0]
        for layer in reversed(self.geometry):
            if layer.flat:
                started, back = self._flat_backward(layer, back, started)
            else:
                back = self._backward(layer, back)

    def _wait(self, carried: Carried, tensor: int) -> int:
        return self.waits.get((carried, tensor), 0)

    def _run(self, layer: Geometry, phase: Phase, needed: Sequence[float], sooner: Sequence[float]) -> list[float]:
        """Ends of the rows of an engine: row r needs `needed[r]`, and all but the newest input row `sooner[r]`."""
        engine = self.engines[layer.index, phase]
        free = self.state.free.get((layer.index, phase), 0.0)
        head, tail = engine.row * engine.head, engine.row * (1 - engine.head)
        ends: list[float] = []
        begin = 0.0
        for row, time in enumerate(needed):
            if head:
                start = max(free, sooner[row])
                free = max(start + head, time) + tail
            else:
                start = max(free, time)
                free = start + engine.row
            if row == 0:
                begin = start
            ends.append(free)
        self.state.free[layer.index, phase] = free
        self.spans[layer.index, phase] = (begin, free + STEP_CYCLES)
        return ends

    def _forward(self, layer: Geometry, ready: Sequence[float]) -> list[float]:
        shape = layer.layer
        last = shape.in_rows - 1
        newest = [row * shape.stride - shape.padding + shape.kernel_rows - 1 for row in range(shape.conv_rows)]
        needed = [ready[min(last, row)] for row in newest]
        sooner = [ready[max(0, row - 1)] if row <= last else ready[last] for row in newest]
        ends = self._run(layer, Phase.FORWARD, needed, sooner)
        wait = STEP_CYCLES + self._wait(Carried.FEATURE, layer.index + 1)
        return [
            ends[min(shape.conv_rows, row * shape.pool_stride + shape.pool) - 1] + wait for row in range(shape.out_rows)
        ]

    def _backward(self, layer: Geometry, back: Sequence[float]) -> list[float]:
        shape = layer.layer
        sums = [back[min(shape.out_rows - 1, row // shape.pool_stride)] for row in range(shape.conv_rows)]
        self.gradients[layer.index] = self._run(layer, Phase.GRADIENT, sums, sums)
        if layer.is_first:
            return []
        last, stride = shape.conv_rows - 1, shape.stride
        newest = [(step * stride + stride - 1 + shape.padding) // stride for step in range(layer.rows(Phase.BACKWARD))]
        needed = [sums[min(last, row)] for row in newest]
        sooner = [sums[max(0, row - 1)] if row <= last else sums[last] for row in newest]
        ends = self._run(layer, Phase.BACKWARD, needed, sooner)
        wait = STEP_CYCLES + self._wait(Carried.ERROR, layer.index)
        return [ends[min(len(ends) - 1, row // stride)] + wait for row in range(shape.in_rows)]

    def _flat_forward(
        self, layer: Geometry, ready: Sequence[float], started: float, first: int
    ) -> tuple[float, list[float]]:
        """Begin and end of a fully connected layer's outputs."""
        key = (layer.index, Phase.FORWARD)
        cycles, free = self.engines[key].row, self.state.free.get(key, 0.0)
        if layer.index == first:
            grouped = (self.shared_read - 1) * self.interval
            begin = max(free, ready[0] + grouped)
            end = begin
            for time in ready:
                end = max(end, time + grouped) + cycles * self.shared_read / len(ready)
            outputs = end
        elif self.orders[key] is Order.INPUTS_FIRST:
            begin = max(free, started)
            outputs = end = max(begin + cycles * self.shared_read, ready[-1])
        else:
            begin = outputs = max(free, ready[-1])
            end = begin + cycles * self.shared_read
        self.state.free[key] = begin + cycles
        self.spans[key] = (begin, end)
        wait = STEP_CYCLES + self._wait(Carried.FEATURE, layer.index + 1)
        return outputs + wait, [end + wait]

    def _flat_backward(self, layer: Geometry, back: Sequence[float], started: float) -> tuple[float, list[float]]:
        """Begin of the errors of the input tensor, and its rows."""
        rows = layer.layer.in_rows
        key = (layer.index, Phase.GRADIENT)
        start = max(self.state.free.get(key, 0.0), back[-1])
        self.state.free[key] = start + self.engines[key].row
        waited = (self.shared_gradients - 1) * self.interval
        end = start + waited + self.engines[key].row * self.shared_gradients
        self.spans[key] = (start, end)
        self.gradients[layer.index] = [end]
        if layer.is_first:
            return end, []
        key = (layer.index, Phase.BACKWARD)
        cycles, free = self.engines[key].row, self.state.free.get(key, 0.0)
        wait = STEP_CYCLES + self._wait(Carried.ERROR, layer.index)
        if self.orders[key] is Order.INPUTS_FIRST:
            begin = max(free, started)
            end = max(begin + cycles * self.shared_read, back[-1])
            self.state.free[key], self.spans[key] = begin + cycles, (begin, end)
            return end + wait, [end + wait] * rows
        begin = max(free, back[-1])
        self.state.free[key] = begin + cycles
        end = begin + cycles * self.shared_read
        self.spans[key] = (begin, end)
        each = cycles * self.shared_read / rows
        return begin + wait, [begin + each * (row + 1) + wait for row in range(rows)]


def resident_rows(arrivals: Sequence[float], releases: Sequence[float], interval: int) -> int:
    """Most rows that a cache holds at a time: row r of every image is kept from `arrivals[r]` to `releases[r]`."""
    at = np.asarray(arrivals, float)
    until = np.maximum(np.asarray(releases, float), at)
    come = np.floor((at[:, None] - at[None, :]) / interval) + 1
    gone = np.floor((at[:, None] - until[None, :]) / interval) + 1
    return int((come - gone).sum(axis=1).max())


def row_releases(layer: Geometry, gradients: Sequence[float]) -> list[float]:
    """When each row of the input tensor is no longer needed: after the last row of sums above it."""
    shape = layer.layer
    if layer.flat:
        return [gradients[-1]] * shape.in_rows
    return [
        gradients[min(shape.conv_rows - 1, max(0, (row + shape.padding) // shape.stride))]
        for row in range(shape.in_rows)
    ]

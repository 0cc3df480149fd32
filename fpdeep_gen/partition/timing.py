"""When each row of each tensor is complete on each board, for images that follow each other at the plan's interval.

`model.py` states the rules. Every stream has its own part of a link, so nothing depends on the order of events: each
time is the greatest of others, each with a constant added. In a full pipeline everything repeats with every image, so
that the times of one are enough: they are the least that keep the rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.crews import Crew
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import VECTOR_PARTS, Carried, Delays, LinkLoad, LinkPlan, Phase, PhaseTimes
from fpdeep_gen.partition.shared_gradients import SharedGradients
from fpdeep_gen.partition.steps import Rows, Times, moved_rows
from fpdeep_gen.partition.ways import Hop, Key, Way


@dataclass(frozen=True)
class Timing:
    """Times of an image in the full pipeline, from its first pixel. `arrivals`, `gradients`: for each layer and board
    when rows of the layer's input come, and when the steps of the gradient phase end. `together`: images whose inputs
    of a layer come together, at the time that the first one's are given. `drain`: of the last image of a batch;
    `drains`: until its last gradient in each layer."""

    latency: int
    drain: int
    phases: tuple[PhaseTimes, ...]
    arrivals: dict[tuple[int, int], Times]
    gradients: dict[tuple[int, int], Times]
    together: tuple[int, ...]
    drains: dict[int, float]


@dataclass(frozen=True)
class _Made:
    """When the first bits of rows are there on each board that has a part of them, and when they are whole."""

    first: Rows
    whole: Rows


@dataclass(frozen=True)
class _Leg:
    """A hop with the cycles of its rows and the latency of its link, of each row as many as came before it
    (`worked`)."""

    hop: Hop
    cycles: float
    latency: float
    worked: Times
    period: float


class Timeline:
    """Runs an image through the boards' engines and links."""

    def __init__(
        self,
        network: Network,
        geometry: Sequence[Geometry],
        crews: dict[tuple[int, Phase], Crew],
        found: dict[Key, Way],
        links: Sequence[LinkPlan],
        interval: int,
        shared_weights: int,
        shared_gradients: int,
        delays: Delays,
    ) -> None:
        self.network, self.geometry, self.interval, self.delays = network, geometry, interval, delays
        self.shared_weights, self.shared_gradients = shared_weights, shared_gradients
        self.first_flat = min((layer.index for layer in geometry if layer.flat), default=len(geometry))
        self.rows = moved_rows(network, geometry)
        self.crews = crews
        self.ways = found
        loads = {
            (load.carried, load.tensor, up, link.index): load
            for link in links
            for up, direction in ((True, link.up), (False, link.down))
            for load in direction
        }
        self.legs: dict[tuple[Key, bool], list[_Leg]] = {}
        for key, way in found.items():
            for up, hops in ((True, way.up), (False, way.down)):
                self.legs[key, up] = [
                    self._leg(key, hop, loads[*key, up, hop.link], links[hop.link].latency_cycles) for hop in hops
                ]
        self.spans: dict[tuple[int, Phase], tuple[float, float]] = {}
        self.drains: dict[int, float] = {}
        self.arrivals: dict[tuple[int, int], Times] = {}
        self.gradients: dict[tuple[int, int], Times] = {}

    def timing(self) -> Timing:
        """Times of an image."""
        self._image()
        latency = max(end for _, end in self.spans.values())
        phases = tuple(
            PhaseTimes(layer, phase, round(first), round(last))
            for (layer, phase), (first, last) in sorted(self.spans.items(), key=lambda item: item[1])
        )
        together = tuple(self._group(Carried.FEATURE, layer.index) for layer in self.geometry)
        drain = round(max(self.drains.values()))
        return Timing(round(latency), drain, phases, self.arrivals, self.gradients, together, self.drains)

    def _leg(self, key: Key, hop: Hop, load: LinkLoad, latency: int) -> _Leg:
        rows, images = self.rows[key[1]], self._group(*key)
        cycles = images * load.bits / rows / load.bits_per_cycle
        return _Leg(hop, cycles, latency, cycles * np.arange(1, rows + 1, dtype=np.float64), images * self.interval)

    def _group(self, carried: Carried, tensor: int) -> int:
        """Images whose rows of a tensor move together."""
        grouped = tensor > self.first_flat or (tensor == self.first_flat and carried is not Carried.FEATURE)
        return self.shared_weights if grouped else 1

    def _image(self) -> None:
        pixels = self.network.input_rows
        made = _at_once({0: np.arange(pixels, dtype=np.float64) * (self.interval / pixels)})
        for layer in self.geometry:
            there = self._moved((Carried.FEATURE, layer.index), made)
            for board, times in there.items():
                self.arrivals[layer.index, board] = times
            if layer.index == self.first_flat:
                there = {board: times + (self.shared_weights - 1) * self.interval for board, times in there.items()}
            made = self._made(layer, Phase.FORWARD, there)
        last = len(self.geometry)
        ((home, logits),) = self._moved((Carried.FEATURE, last), made).items()
        made = _at_once({home: np.full(self.rows[last], logits[-1] + self.delays.loss)})
        for layer in reversed(self.geometry):
            there = self._moved((Carried.ERROR, layer.index + 1), made)
            if layer.flat:
                self._flat_gradients(layer, there)
            else:
                self._gradients(layer, there)
            if layer.is_first:
                break
            made = self._made(layer, Phase.BACKWARD, there)
            if (Carried.PARTIAL, layer.index) in self.ways:
                made = self._summed((Carried.PARTIAL, layer.index), made)

    def _moved(self, key: Key, made: _Made) -> Rows:
        """When rows are whole on the boards that need them, from when boards have made their parts."""
        below, above = (self._carried(self.legs[key, up], made, up) for up in (True, False))
        return self._joined(key, made.whole, below.whole, above.whole)

    def _summed(self, key: Key, made: _Made) -> _Made:
        """When sums are there on the board where they meet."""
        below, above = (self._carried(self.legs[key, up], made, up) for up in (True, False))
        first = self._joined(key, made.first, below.first, above.first)
        return _Made(first, self._joined(key, made.whole, below.whole, above.whole))

    def _joined(self, key: Key, own: Rows, below: Rows, above: Rows) -> Rows:
        result: Rows = {}
        for take in self.ways[key].takes:
            times = own[take.board] if take.own else below[take.board] if take.below else above[take.board]
            if take.own and take.below:
                times = np.maximum(times, below[take.board])
            if take.above and (take.own or take.below):
                times = np.maximum(times, above[take.board])
            result[take.board] = times
        return result

    def _carried(self, legs: Sequence[_Leg], made: _Made, up: bool) -> _Made:
        """When rows come in over links, at the receiving boards."""
        firsts: Rows = {}
        result: Rows = {}
        whole = begun = np.zeros(0)
        for leg in legs:
            hop = leg.hop
            sender, receiver = (hop.link, hop.link + 1) if up else (hop.link + 1, hop.link)
            if hop.passing and hop.own:
                ready, here = np.maximum(begun, made.first[sender]), np.maximum(whole, made.whole[sender])
            elif hop.passing:
                ready, here = begun, whole
            else:
                ready, here = made.first[sender], made.whole[sender]
            ends = np.maximum(ready + leg.cycles, here)
            ends -= leg.worked
            np.maximum.accumulate(ends, out=ends)
            ends += leg.worked
            before = ends[-1] - leg.period
            np.maximum(ends, leg.worked + before, out=ends)
            begun = np.maximum(ready, np.concatenate(([before], ends[:-1]))) + leg.latency
            whole = ends + leg.latency
            firsts[receiver], result[receiver] = begun, whole
        return _Made(firsts, result)

    def _made(self, layer: Geometry, phase: Phase, there: Rows) -> _Made:
        """When rows that engines make are there, on each board."""
        crew = self.crews[layer.index, phase]
        images = self.shared_weights if layer.flat else 1
        begin, firsts, ends = crew.run(there, images, self.interval)
        self.spans[layer.index, phase] = (begin, max(float(times[-1]) for times in ends.values()))
        return _Made(crew.made(firsts, self.delays.engine), crew.made(ends, self.delays.engine))

    def _gradients(self, layer: Geometry, there: Rows) -> None:
        begin, _, ends = self.crews[layer.index, Phase.GRADIENT].run(there, 1, self.interval)
        end = max(float(times[-1]) for times in ends.values())
        self.spans[layer.index, Phase.GRADIENT] = (begin, end)
        self.drains[layer.index] = end
        for board, times in ends.items():
            self.gradients[layer.index, board] = times

    def _flat_gradients(self, layer: Geometry, there: Rows) -> None:
        """Images share a pass of the gradient engine, and it may still be at work on those before."""
        crew = self.crews[layer.index, Phase.GRADIENT]
        begin, end, final = float("inf"), 0.0, 0.0
        for board, cycles in crew.slowest.items():
            shared = SharedGradients(
                self.interval, self.network.training.batch, self.shared_weights, self.shared_gradients, cycles
            )
            last, drain = shared.ends(there[board])
            self.gradients[layer.index, board] = np.full(VECTOR_PARTS, last)
            begin, end, final = min(begin, float(there[board][0])), max(end, last), max(final, drain)
        self.drains[layer.index] = final
        self.spans[layer.index, Phase.GRADIENT] = (begin, end)


def _at_once(whole: Rows) -> _Made:
    """Rows of which no bit is there before the last."""
    return _Made(whole, whole)

"""When each row of each tensor is complete on each board, for images that follow each other at the plan's interval.

`model.py` states the rules. Every stream has its own part of a link, so nothing depends on the order of events: each
time is the greatest of others, each with a constant added. In a full pipeline everything repeats with every image, so
that the times of one are enough: they are the least that keep the rules. Where images share reads of DDR, those of
the first one of a read are taken, and those of a batch's last read come in turn after them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from fpdeep_gen.network.model import Network
from fpdeep_gen.partition.crews import Crew, Ran
from fpdeep_gen.partition.geometry import Geometry
from fpdeep_gen.partition.model import VECTOR_PARTS, Carried, Delays, LinkPlan, Phase, PhaseTimes, Waits
from fpdeep_gen.partition.queues import Queues
from fpdeep_gen.partition.shared_gradients import SharedGradients
from fpdeep_gen.partition.steps import Rows, Times, moved_rows
from fpdeep_gen.partition.transport import Made, Transport, at_once
from fpdeep_gen.partition.turns import Idle, always, behind_a_turn, gradients_in_turn, run_in_turn
from fpdeep_gen.partition.ways import Key, Way


@dataclass(frozen=True)
class Timing:
    """Times of an image in the full pipeline, from its first pixel. `arrivals`, `gradients`: for each layer and board
    when rows of the layer's input come, and when the steps of the gradient phase end. `together`: images whose inputs
    of a layer come together, at the time that the first one's are given, and by how many the last read of a batch comes
    sooner than it would if it took as long as others. `drain`: of the last image of a batch;
    `drains`: until its last gradient in each layer. `waiting`: rows that wait in FIFOs at most, by board, tensor and
    place; of tensors that move for images together, of as many. `begun`: for each convolution when the first bits of
    rows of its output are made anywhere; `backward`: when the steps of its backward phase end on each board."""

    latency: int
    drain: int
    phases: tuple[PhaseTimes, ...]
    arrivals: dict[tuple[int, int], Times]
    gradients: dict[tuple[int, int], Times]
    together: tuple[int, ...]
    drains: dict[int, float]
    waiting: dict[tuple[int, Key, Waits], float]
    begun: dict[int, Times]
    backward: dict[tuple[int, int], Times]


class Timeline:
    """Runs an image through the boards' engines and links; behind a link a stream has room for `least` bits."""

    def __init__(
        self,
        network: Network,
        geometry: Sequence[Geometry],
        crews: dict[tuple[int, Phase], Crew],
        found: dict[Key, Way],
        links: Sequence[LinkPlan],
        least: Sequence[int],
        interval: int,
        intake: int,
        shared_weights: int,
        shared_gradients: int,
        delays: Delays,
    ) -> None:
        self.network, self.geometry, self.interval, self.delays = network, geometry, interval, delays
        self.intake = intake
        self.shared_weights, self.shared_gradients = shared_weights, shared_gradients
        self.first_flat = min((layer.index for layer in geometry if layer.flat), default=len(geometry))
        self.rows = moved_rows(network, geometry)
        self.crews = crews
        self.transport = Transport(self.rows, found, links, least, interval, self.first_flat)
        self.queues = Queues(geometry, interval, shared_weights)
        self.in_turn = False
        self.images = shared_weights
        self.engines_free: dict[tuple[int, Phase], tuple[Times, ...]] = {}
        self.idle: dict[int, dict[int, Idle]] = {}
        self.through: dict[tuple[int, int], float] = {}
        self.turns: dict[int, Rows] = {}
        self.spans: dict[tuple[int, Phase], tuple[float, float]] = {}
        self.drains: dict[int, float] = {}
        self.flat_errors: dict[int, Rows] = {}
        self.sooner: dict[int, int] = {}
        self.arrivals: dict[tuple[int, int], Times] = {}
        self.gradients: dict[tuple[int, int], Times] = {}
        self.begun: dict[int, Times] = {}
        self.backward: dict[tuple[int, int], Times] = {}

    def timing(self) -> Timing:
        """Times of an image."""
        pixels = self.network.input_rows
        made = at_once({0: np.arange(pixels, dtype=np.float64) * (self.intake / pixels)})
        for layer in self.geometry[: self.first_flat]:
            made = self._made(layer, Phase.FORWARD, self._arrived(layer, made))
        entered = {}
        for layer in self.geometry[self.first_flat : self.first_flat + 1]:
            entered = self._arrived(layer, made)
        errors = self._there_and_back(entered, made)
        self._back(errors)
        flat = dict(self.flat_errors)
        if self.shared_weights > 1:
            self._last_read(entered, errors)
        for number, there in flat.items():
            self._flat_gradients(self.geometry[number], there, self.flat_errors[number])
        waiting = self.transport.waiting() | self.queues.waiting()
        latency = max(end for _, end in self.spans.values())
        phases = tuple(
            PhaseTimes(layer, phase, round(first), round(last))
            for (layer, phase), (first, last) in sorted(self.spans.items(), key=lambda item: item[1])
        )
        together = tuple(
            self.shared_weights + self.sooner.get(layer.index, 0) if layer.index > self.first_flat else 1
            for layer in self.geometry
        )
        drain = round(max(self.drains.values()))
        return Timing(
            round(latency),
            drain,
            phases,
            self.arrivals,
            self.gradients,
            together,
            self.drains,
            waiting,
            self.begun,
            self.backward,
        )

    def _arrived(self, layer: Geometry, made: Made) -> Rows:
        """When rows of a layer's input come."""
        there = self._moved((Carried.FEATURE, layer.index), made)
        if self.in_turn:
            sooner = max(float((self.arrivals[layer.index, board] - times).max()) for board, times in there.items())
            fewer = self.shared_weights - self.images
            self.sooner[layer.index] = max(0, ceil(sooner / self.interval) - fewer)
        else:
            self.arrivals.update({(layer.index, board): times for board, times in there.items()})
        return there

    def _there_and_back(self, entered: Rows, made: Made) -> Rows:
        """Fully connected layers and the loss, `images` at a time. `entered`: when the first image's features come in,
        or, without such layers, `made`. When the errors are there that the last convolution takes."""
        for layer in self.geometry[self.first_flat :]:
            there = self._arrived(layer, made) if layer.index > self.first_flat else entered
            if layer.index == self.first_flat:
                there = {board: times + (self.images - 1) * self.interval for board, times in there.items()}
            made = self._features_made(layer, there)
        last = len(self.geometry)
        ((home, logits),) = self._moved((Carried.FEATURE, last), made).items()
        made = at_once({home: np.full(self.rows[last], logits[-1] + self.delays.loss)})
        for layer in reversed(self.geometry[self.first_flat :]):
            there = self._moved((Carried.ERROR, layer.index + 1), made)
            self.flat_errors[layer.index] = there
            if layer.is_first:
                return {}
            made = self._errors_made(layer, there)
        return self._moved((Carried.ERROR, self.first_flat), made)

    def _back(self, there: Rows) -> None:
        """An image's errors through the convolutions; `there`: of the last one."""
        for layer in reversed(self.geometry[: self.first_flat]):
            self._gradients(layer, there)
            if not layer.is_first:
                there = self._moved((Carried.ERROR, layer.index), self._errors_made(layer, there))

    def _last_read(self, entered: Rows, errors: Rows) -> None:
        """The images of a whole read one after the other, the first of which is through, then the batch's last read,
        which may be of fewer images and has its features at hand the sooner."""
        self.in_turn = self.transport.in_turn = True
        for _ in range(1, self.shared_weights):
            self._back(errors)
        rest = self.network.training.batch % self.shared_weights
        since = self.shared_weights * self.interval
        for place, free in self.engines_free.items():
            self.engines_free[place] = tuple(times - since for times in free)
        for hop in self.transport.links_free:
            self.transport.links_free[hop] -= since
        self.queues.next_read()
        if self.network.training.batch >= 2 * self.shared_weights:
            self._behind_a_read(errors)
        if rest:
            self.images = rest
            self.queues.last_read()
            errors = self._there_and_back(entered, at_once({}))
            for _ in range(rest):
                self._back(errors)
        for layer in self.geometry[: self.first_flat]:
            self.drains[layer.index] -= (self.images - 1) * self.interval

    def _behind_a_read(self, errors: Rows) -> None:
        """The first image of a read behind the last one of the read before, of which only what waits is looked at."""
        state = dict(self.engines_free), dict(self.drains)
        moved, ran = dict(self.transport.links_free), dict(self.queues.ended)
        self._back(errors)
        self.engines_free, self.drains = state
        self.transport.links_free, self.queues.ended = moved, ran

    def _features_made(self, layer: Geometry, there: Rows) -> Made:
        """When a fully connected layer has made its outputs."""
        made = self._made(layer, Phase.FORWARD, there)
        if (Carried.SUM, layer.index + 1) in self.transport.ways:
            made = self.transport.summed((Carried.SUM, layer.index + 1), made, self.images)
        return made

    def _errors_made(self, layer: Geometry, there: Rows) -> Made:
        """When a layer has made the errors of its input."""
        made = self._made(layer, Phase.BACKWARD, there)
        if (Carried.PARTIAL, layer.index) in self.transport.ways:
            made = self.transport.summed((Carried.PARTIAL, layer.index), made, self.images)
        return made

    def _moved(self, key: Key, made: Made) -> Rows:
        """When rows are whole on the boards that need them, from when boards have made their parts."""
        return self.transport.moved(key, made, self.images)

    def _made(self, layer: Geometry, phase: Phase, there: Rows) -> Made:
        """When rows that engines make are there, on each board."""
        crew = self.crews[layer.index, phase]
        ran = self._ran(layer, phase, there, self.images if layer.flat else 1)
        first, whole, early = (crew.made(times, self.delays.engine) for times in (ran.firsts, ran.ends, ran.earliest))
        if not (layer.flat or self.in_turn):
            if phase is Phase.FORWARD:
                self.begun[layer.index] = np.min(list(early.values()), axis=0)
            else:
                self.backward.update({(layer.index, board): times for board, times in ran.ends.items()})
        return Made(first, whole, early, ran.apart, 1.0 if crew.in_turn else 0.0)

    def _ran(self, layer: Geometry, phase: Phase, there: Rows, images: int) -> Ran:
        """An image (or those of a read) through the engines of a phase."""
        place = layer.index, phase
        crew = self.crews[place]
        if crew.in_turn:
            idle = self.idle.get(layer.index) or dict.fromkeys(crew.slowest, always(self.interval))
            ran, self.idle[layer.index], begun = run_in_turn(crew, there, idle)
            if phase is Phase.FORWARD:
                self.turns[layer.index] = begun
            self.through.update({(layer.index, board): float(times[-1]) for board, times in ran.ends.items()})
        else:
            ran = crew.run(there, images, self.interval, self.engines_free[place] if self.in_turn else None)
        self.engines_free[place] = ran.free
        if not layer.flat:
            tensor = (Carried.FEATURE, layer.index) if phase is Phase.FORWARD else (Carried.ERROR, layer.index + 1)
            firsts = self.transport.firsts[tensor]
            self.queues.ran(layer, phase, firsts, there, ran.ends, crew.needed)
        if not self.in_turn:
            self.spans[place] = (ran.begin, max(float(times[-1]) for times in ran.ends.values()))
        return ran

    def _gradients(self, layer: Geometry, there: Rows) -> None:
        ran = self._ran(layer, Phase.GRADIENT, there, 1)
        self.drains[layer.index] = max(float(times[-1]) for times in ran.ends.values())
        if not self.in_turn:
            self.gradients.update({(layer.index, board): times for board, times in ran.ends.items()})

    def _flat_gradients(self, layer: Geometry, there: Rows, last: Rows) -> None:
        """Images share a pass of the gradient engine, and it may still be at work on those before. `there`, `last`:
        when errors come, and those of the batch's last read."""
        crew = self.crews[layer.index, Phase.GRADIENT]
        begin, end, final = float("inf"), 0.0, 0.0
        for board, cycles in crew.slowest.items():
            batch, images = self.network.training.batch, self.shared_gradients
            if crew.in_turn:
                idle = self.idle[layer.index][board]
                forward = self.crews[layer.index, Phase.FORWARD]
                turn, begun = forward.slowest[board] / forward.needed.size, self.turns[layer.index][board]
                through = behind_a_turn(self.through[layer.index, board], begun, turn, self.interval)
                latest, drain = gradients_in_turn(batch, images, cycles, there[board], idle, through)
            else:
                shared = SharedGradients(self.interval, batch, self.shared_weights, images, cycles)
                latest, drain = shared.ends(there[board], last[board])
            self.gradients[layer.index, board] = np.full(VECTOR_PARTS, latest)
            self.queues.kept(layer, board, there[board], latest, self.shared_gradients)
            begin, end, final = min(begin, float(there[board][0])), max(end, latest), max(final, drain)
        self.drains[layer.index] = final
        self.spans[layer.index, Phase.GRADIENT] = (begin, end)

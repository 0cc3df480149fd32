"""The processes of a simulated plan: host, caches, engines, loss, batch end; and what is measured of them."""

from collections import defaultdict
from collections.abc import Sequence

from fpdeep_gen.partition.model import BalancedPlan, Kept, LinkPlan, Phase, Share
from fpdeep_gen.sim.rows.events import Counter, Events, Steps
from fpdeep_gen.sim.rows.geometry import (
    PARTS,
    Step,
    feature_columns,
    gradient_steps,
    is_vector,
    meet,
    moved_rows,
    steps_to_free,
)
from fpdeep_gen.sim.rows.streams import Direction, Source, wait

UPDATE_LANES = 32
"""Weights that a board updates a cycle at a batch's end (the plan does not say)."""


class Machine:
    """State and processes. `spacing`: cycles between images; `pause`: from a batch's end to the next one's begin."""

    def __init__(self, plan: BalancedPlan, images: int, spacing: float, batch: int, pause: float) -> None:
        self.plan = plan
        self.network = plan.network
        self.images = images
        self.spacing = spacing
        self.batch = batch
        self.pause = pause
        self.events = Events()
        self.started: list[float] = []
        self.done = [0.0] * images
        self.gradients_left = [sum(share.phase is Phase.GRADIENT for share in plan.shares)] * images
        self.batch_done = self.events.counter("the end of a batch")
        self.worked = [0.0] * len(plan.shares)
        self.greatest = [0] * len(plan.caches)
        self.cache_waits = [0.0] * len(plan.caches)
        self.cached: set[str] = set()
        self.update_wait = 0.0
        self.spans: dict[tuple[int, Phase, int], list[float]] = {}
        self.directions = {
            (upwards, link.index): Direction(link.payload_bits_per_cycle, link.latency_cycles)
            for link in plan.links
            for upwards in (True, False)
        }
        self.shares: dict[tuple[int, Phase], list[int]] = defaultdict(list)
        for index, share in enumerate(plan.shares):
            self.shares[share.layer, share.phase].append(index)
        self.made = [self.events.counter(f"rows of {self.name(share)}") for share in plan.shares]
        self.freeing = {
            self.made[index].name for index, share in enumerate(plan.shares) if share.phase is Phase.GRADIENT
        }
        self.updated: dict[tuple[int, int], Counter] = {}
        self.exchanged = [self.events.counter(f"exchange over link {link.index}") for link in plan.links]

    def name(self, share: Share) -> str:
        """A share in words."""
        return f"{share.phase.value} of {self.network.layers[share.layer].name} on board {share.board}"

    def host(self, pixels: Counter) -> Steps:
        """Sends pixels."""
        rows = moved_rows(self.network, 0)
        begin = 0.0
        for image in range(self.images):
            if image and image % self.batch == 0:
                yield self.batch_done, image // self.batch
                begin = self.events.now + self.pause
            if begin > self.events.now:
                yield begin - self.events.now
            self.started.append(begin)
            for row in range(rows):
                late = begin + row * self.spacing / rows - self.events.now
                if late > 0:
                    yield late
                self.events.count(pixels)
            begin += self.spacing

    def arrive(self, sources: list[Source], there: Counter) -> Steps:
        """Counts rows of which all sources are there."""
        for image in range(self.images):
            for row in range(len(sources[0].needed)):
                yield from wait(sources, image, row)
                self.events.count(there)

    def land(self, tensor: int, board: int, sources: list[Source], there: Counter) -> None:
        """Rows of a layer's input arrive on a board, where all caches must have room for them."""
        caches = [
            index for index, cache in enumerate(self.plan.caches) if cache.layer == tensor and cache.board == board
        ]
        name = self.network.layers[tensor].name
        what = f"features of {name} for board {board}"
        if not caches:
            self.events.start(what, self.arrive(sources, there))
            return
        self.cached.add(what)
        self.events.start(what, self._into_caches(tensor, caches, sources, there))

    def _into_caches(self, tensor: int, caches: list[int], sources: list[Source], there: Counter) -> Steps:
        events = self.events
        rows = moved_rows(self.network, tensor)
        free = steps_to_free(self.network, tensor)
        steps = PARTS if is_vector(self.network, tensor + 1) else self.network.layers[tensor].conv_rows
        parts = PARTS if is_vector(self.network, tensor) else 1
        freed_by = [sum(needed <= count for needed in free) for count in range(steps)]
        users = [(index, self.plan.caches[index].rows * parts, self._freeing(index)) for index in caches]
        for image in range(self.images):
            for row in range(rows):
                yield from wait(sources, image, row)
                arrived = events.now
                place = image * rows + row
                for index, room, counters in users:
                    if place >= room:
                        gone, last = divmod(place - room, rows)
                        for counter in counters:
                            needed = gone * steps + free[last]
                            if counter.count < needed:
                                yield counter, needed
                    self.cache_waits[index] += events.now - arrived
                for index, _, counters in users:
                    counted = min((counter.count for counter in counters), default=0)
                    images, rest = divmod(counted, steps)
                    held = place + 1 - images * rows - freed_by[rest]
                    self.greatest[index] = max(self.greatest[index], -(-held // parts))
                events.count(there)

    def _freeing(self, index: int) -> list[Counter]:
        """Gradient engines that read a cache; they free its rows."""
        cache = self.plan.caches[index]
        return [
            self.made[share_index]
            for share_index in self.shares[cache.layer, Phase.GRADIENT]
            if (share := self.plan.shares[share_index]).board == cache.board
            and meet(share.inputs, cache.inputs)
            and meet(feature_columns(self.network, share), cache.columns)
        ]

    def engine(self, index: int, there: Counter, rows: int, steps: Sequence[Step]) -> None:
        """Starts the engine of share `index`, which takes `rows` rows an image that `there` counts."""
        share = self.plan.shares[index]
        self.events.start(self.name(share), self._work(index, share, there, rows, steps))

    def _work(self, index: int, share: Share, there: Counter, rows: int, steps: Sequence[Step]) -> Steps:
        events, made = self.events, self.made[index]
        for image in range(self.images):
            base = image * rows
            if there.count < base + steps[0].early:
                yield there, base + steps[0].early
            if image and image % self.batch == 0:
                yield from self._wait_for_update(share, image // self.batch)
            self._begins(share, image)
            for step in steps:
                if there.count < base + step.early:
                    yield there, base + step.early
                if step.before:
                    yield step.before
                if there.count < base + step.needed:
                    yield there, base + step.needed
                if step.after:
                    yield step.after
                events.count(made)
            self.worked[index] += sum(step.before + step.after for step in steps)
            self.spans[share.layer, share.phase, image][1] = events.now
            if share.phase is Phase.GRADIENT:
                self._gradient_done(image)

    def _begins(self, share: Share, image: int) -> None:
        self.spans.setdefault((share.layer, share.phase, image), [self.events.now, 0.0])

    def _wait_for_update(self, share: Share, batch: int) -> Steps:
        begin = self.events.now
        updated = self.updated.get((share.board, share.layer))
        counters = [updated] if updated is not None else []
        counters += self.exchanged[max(0, share.board - 1) : share.board + 1]
        for counter in counters:
            yield counter, batch
        self.update_wait += self.events.now - begin

    def _gradient_done(self, image: int) -> None:
        self.gradients_left[image] -= 1
        if self.gradients_left[image] == 0:
            self.done[image] = self.events.now
            if (image + 1) % self.batch == 0:
                self.events.count(self.batch_done)

    def loss(self, sources: list[Source]) -> Counter:
        """The loss takes no time of its own: errors go down part by part when all outputs are there."""
        rows = moved_rows(self.network, len(self.network.layers))
        whole = [Source(source.counter, source.steps, (source.needed[-1],) * rows) for source in sources]
        errors = self.events.counter("errors of the loss")
        self.events.start("the loss", self.arrive(whole, errors))
        return errors

    def updates(self) -> None:
        """After a batch each board updates its layers one after the other, those whose gradients end first first."""
        words: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for store in self.plan.stores:
            if store.kept is Kept.GRADIENTS:
                words[store.board][store.layer] += store.words
        for board, layers in words.items():
            for layer in layers:
                self.updated[board, layer] = self.events.counter(
                    f"updates of {self.network.layers[layer].name} on board {board}"
                )
            self.events.start(f"updates on board {board}", self._update(board, layers))
        for link in self.plan.links:
            self.events.start(f"exchange over link {link.index}", self._exchange(link))

    def _update(self, board: int, layers: dict[int, int]) -> Steps:
        order = sorted(layers, reverse=True)
        steps = {
            layer: len(gradient_steps(self.network, self.plan.shares[self.shares[layer, Phase.GRADIENT][0]]))
            for layer in order
        }
        for batch in range(1, self.images // self.batch + 1):
            for layer in order:
                for index in self.shares[layer, Phase.GRADIENT]:
                    if self.plan.shares[index].board == board:
                        yield self.made[index], batch * self.batch * steps[layer]
                yield layers[layer] / UPDATE_LANES
                self.events.count(self.updated[board, layer])

    def _exchange(self, link: LinkPlan) -> Steps:
        """What crosses a link once a batch."""
        for batch in range(1, self.images // self.batch + 1):
            yield self.batch_done, batch
            ends = [
                self.directions[upwards, link.index].send(self.events.now, 0.0, bits) + link.latency_cycles
                for upwards, bits in ((True, link.up_batch_bits), (False, link.down_batch_bits))
            ]
            self.events.count_at(max(ends), self.exchanged[link.index])

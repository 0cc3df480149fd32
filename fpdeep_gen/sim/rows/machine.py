"""The processes of a simulated plan: host, caches, engines, loss, batch end; and what is measured of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from fpdeep_gen.partition.model import VECTOR_PARTS, BalancedPlan, Carried, Phase, Share
from fpdeep_gen.sim.rows.events import Counter, Events, Steps
from fpdeep_gen.sim.rows.fifos import Fifo, Landing, Place
from fpdeep_gen.sim.rows.geometry import (
    Step,
    feature_columns,
    first_part,
    is_flat,
    is_vector,
    meet,
    moved_rows,
    steps_to_free,
)
from fpdeep_gen.sim.rows.groups import Groups, groups
from fpdeep_gen.sim.rows.model import UpdateWait
from fpdeep_gen.sim.rows.streams import Output, Source, streams_of, wait
from fpdeep_gen.sim.rows.turns import InTurn, Turns


@dataclass(frozen=True)
class Taking:
    """Share `index` takes rows from `landing`, so many for each of its steps of an image."""

    index: int
    landing: Landing
    needed: tuple[int, ...]


class Machine:
    """State and processes. `pause`: from a batch's end to the next one's begin.
    `entered`: when each share's engine was through with the step before each step; `through`: after how many images in
    all, and when, it was done with a turn."""

    def __init__(self, plan: BalancedPlan, images: int, batch: int, pause: float) -> None:
        self.plan = plan
        self.network = plan.network
        self.images = images
        self.spacing = plan.prediction.interval
        self.intake = plan.prediction.intake
        self.batch = batch
        self.pause = pause
        self.events = Events()
        self.alone = groups(images, batch, 1)
        self.reads = groups(images, batch, plan.prediction.shared_weights)
        self.additions = groups(images, batch, plan.prediction.shared_gradients)
        flat = [index for index, layer in enumerate(plan.network.layers) if is_flat(layer)]
        self.first_flat = min(flat, default=len(plan.network.layers))
        self.started: list[float] = []
        self.done = [0.0] * images
        self.gradients_left = [sum(share.phase is Phase.GRADIENT for share in plan.shares)] * images
        self.batch_done = self.events.counter("the end of a batch")
        self.worked = [0.0] * len(plan.shares)
        self.entered: list[list[float]] = [[] for _ in plan.shares]
        self.through: list[list[tuple[int, float]]] = [[] for _ in plan.shares]
        self.taking: list[Taking] = []
        self.fifos: dict[Place, Fifo] = {}
        self.greatest = [0] * len(plan.caches)
        self.cache_waits = [0.0] * len(plan.caches)
        self.cached: set[str] = set()
        self.update_waits: list[UpdateWait] = []
        self.spans: dict[tuple[int, Phase, int], list[float]] = {}
        self.streams = streams_of(plan)
        self.shares: dict[tuple[int, Phase], list[int]] = defaultdict(list)
        for index, share in enumerate(plan.shares):
            self.shares[share.layer, share.phase].append(index)
        self.outputs = [Output(self.events, f"rows of {self.name(share)}", share.in_turn) for share in plan.shares]
        self.freeing = {
            self.outputs[index].made.name for index, share in enumerate(plan.shares) if share.phase is Phase.GRADIENT
        }
        self.turns: dict[tuple[int, int], Turns] = {}
        self.updated: dict[tuple[int, int], Counter] = {}
        self.exchanged = [self.events.counter(f"exchange over link {link.index}") for link in plan.links]

    def name(self, share: Share) -> str:
        """A share in words."""
        return f"{share.phase.value} of {self.network.layers[share.layer].name} on board {share.board}"

    def host(self, pixels: Output) -> Steps:
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
                late = begin + row * self.intake / rows - self.events.now
                if late > 0:
                    yield late
                pixels.at_once(self.events)
            begin += self.spacing

    def together(self, carried: Carried, tensor: int) -> Groups:
        """Images whose rows of a tensor move together."""
        grouped = tensor > self.first_flat or (tensor == self.first_flat and carried is not Carried.FEATURE)
        return self.reads if grouped else self.alone

    def arrive(self, sources: list[Source], there: Landing, count: int) -> Steps:
        """Counts rows of `count` groups of which all sources are there."""
        for group in range(count):
            for row in range(len(sources[0].needed)):
                yield from wait(sources, group, row)
                there.lands(self.events)

    def land(self, tensor: int, board: int, sources: list[Source], there: Landing) -> None:
        """Rows of a layer's input arrive on a board, where all caches must have room for them."""
        caches = [
            index for index, cache in enumerate(self.plan.caches) if cache.layer == tensor and cache.board == board
        ]
        name = self.network.layers[tensor].name
        what = f"features of {name} for board {board}"
        if not caches:
            self.events.start(what, self.arrive(sources, there, len(self.together(Carried.FEATURE, tensor).sizes)))
            return
        self.cached.add(what)
        into = self._into_flat_caches if tensor >= self.first_flat else self._into_caches
        self.events.start(what, into(tensor, caches, sources, there))

    def _into_flat_caches(self, tensor: int, caches: list[int], sources: list[Source], there: Landing) -> Steps:
        """Inputs of fully connected layers: an image's rows go when the gradients are added that it shares a pass
        with."""
        events, rows, arrived = self.events, moved_rows(self.network, tensor), 0
        parts = VECTOR_PARTS if is_vector(self.network, tensor) else 1
        users = [(index, self.plan.caches[index].rows * parts - 1, self._freeing(index)) for index in caches]
        for group, size in enumerate(self.together(Carried.FEATURE, tensor).sizes):
            for row in range(rows):
                yield from wait(sources, group, row)
                begin = events.now
                arrived += size
                for index, room, counters in users:
                    over = -(-max(0, arrived - room) // rows)
                    passes = self.additions.of[over - 1] + 1 if over else 0
                    for counter in counters:
                        if counter.count < passes * VECTOR_PARTS:
                            yield counter, passes * VECTOR_PARTS
                    self.cache_waits[index] += events.now - begin
                for index, _, counters in users:
                    passes = min((counter.count for counter in counters), default=0) // VECTOR_PARTS
                    held = arrived - (self.additions.ends[passes - 1] if passes else 0) * rows
                    self.greatest[index] = max(self.greatest[index], -(-(held + 1) // parts))
                there.lands(events)

    def _into_caches(self, tensor: int, caches: list[int], sources: list[Source], there: Landing) -> Steps:
        events = self.events
        rows = moved_rows(self.network, tensor)
        free = steps_to_free(self.network, tensor)
        steps = self.network.layers[tensor].conv_rows
        freed_by = [sum(needed <= count for needed in free) for count in range(steps)]
        users = [(index, self.plan.caches[index].rows - 1, self._freeing(index)) for index in caches]
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
                    self.greatest[index] = max(self.greatest[index], held + 1)
                there.lands(events)

    def _freeing(self, index: int) -> list[Counter]:
        """Gradient engines that read a cache; they free its rows."""
        cache = self.plan.caches[index]
        return [
            self.outputs[share_index].made
            for share_index in self.shares[cache.layer, Phase.GRADIENT]
            if (share := self.plan.shares[share_index]).board == cache.board
            and meet(share.inputs, cache.inputs)
            and meet(feature_columns(self.network, share), cache.columns)
        ]

    def engine(self, index: int, there: Landing, rows: int, steps: Sequence[Step]) -> None:
        """Starts the engine of share `index`, which takes `rows` rows an image that land `there`."""
        share = self.plan.shares[index]
        self.taking.append(Taking(index, there, tuple(step.needed for step in steps)))
        if share.in_turn:
            name = f"{self.network.layers[share.layer].name} on board {share.board}"
            turns = self.turns.setdefault((share.board, share.layer), Turns(self.events, name))
            work = InTurn(self, turns, index).work(there.counter, rows, steps)
        else:
            work = self._work(index, share, there.counter, rows, steps)
        self.events.start(self.name(share), work)

    def images_of(self, share: Share, rows: int) -> list[tuple[int, int, int]]:
        """What an engine does one after the other: the first image of a group, how many, and the count of rows of its
        input at which the group's begin."""
        if share.layer < self.first_flat:
            carried = Carried.FEATURE if share.phase is Phase.FORWARD else Carried.ERROR
            tensor = share.layer if share.phase is Phase.FORWARD else share.layer + 1
            of = self.together(carried, tensor).of
            return [(image, 1, of[image] * rows) for image in range(self.images)]
        groups = self.additions if share.phase is Phase.GRADIENT else self.reads
        of = self.alone.of if share.phase is Phase.FORWARD and share.layer == self.first_flat else self.reads.of
        return [(end - size, size, of[end - 1] * rows) for size, end in zip(groups.sizes, groups.ends, strict=True)]

    def _work(self, index: int, share: Share, there: Counter, rows: int, steps: Sequence[Step]) -> Steps:
        events, output = self.events, self.outputs[index]
        made, begins, ends = output.made, output.begins, output.ends
        entered = self.entered[index]
        adds = share.phase is Phase.GRADIENT
        delay = 0 if adds else self.plan.delays.engine
        first = first_part(self.network, share)
        for image, size, base in self.images_of(share, rows):
            entered.append(events.now)
            if there.count < base + steps[0].early:
                yield there, base + steps[0].early
            if image and image % self.batch == 0:
                if there.count < base + 1:
                    yield there, base + 1
                yield from self.wait_for_update(share, image // self.batch)
            self.begins(share, image)
            for number, step in enumerate(steps):
                if number:
                    entered.append(events.now)
                if there.count < base + step.early:
                    yield there, base + step.early
                if step.before:
                    yield step.before * size
                if there.count < base + step.needed:
                    yield there, base + step.needed
                if not adds:
                    begins.append(events.now + step.after * size * first + delay)
                    ends.append(events.now + step.after * size + delay)
                    events.count(output.begun)
                if step.after:
                    yield step.after * size
                if delay:
                    events.count_at(events.now + delay, made)
                else:
                    events.count(made)
            self.image_through(index, share, image, size, steps)

    def image_through(self, index: int, share: Share, image: int, size: int, steps: Sequence[Step]) -> None:
        """An engine is through with `size` images from number `image` on."""
        self.worked[index] += size * sum(step.before + step.after for step in steps)
        self.spans[share.layer, share.phase, image][1] = self.events.now
        self.through[index].append((image + size, self.events.now))
        if share.phase is Phase.GRADIENT:
            for done in range(image, image + size):
                self._gradient_done(done)

    def begins(self, share: Share, image: int) -> None:
        """The phase begins with an image, unless another engine of it has."""
        self.spans.setdefault((share.layer, share.phase, image), [self.events.now, 0.0])

    def wait_for_update(self, share: Share, batch: int) -> Steps:
        """Waits for the weights of batch number `batch`."""
        begin = self.events.now
        updated = self.updated.get((share.board, share.layer))
        counters = [updated] if updated is not None else []
        counters += self.exchanged[max(0, share.board - 1) : share.board + 1]
        for counter in counters:
            yield counter, batch
        if self.events.now > begin:
            first = self.started[batch * self.batch]
            self.update_waits.append(UpdateWait(share.layer, share.phase, begin - first, self.events.now - first))

    def _gradient_done(self, image: int) -> None:
        self.gradients_left[image] -= 1
        if self.gradients_left[image] == 0:
            self.done[image] = self.events.now
            if (image + 1) % self.batch == 0:
                self.events.count(self.batch_done)

    def loss(self, sources: list[Source]) -> Output:
        """All errors of an image come at once, when all outputs are there and the loss is computed."""
        errors = Output(self.events, "errors of the loss")
        self.events.start("the loss", self._errors_of_loss(sources, errors))
        return errors

    def _errors_of_loss(self, sources: list[Source], errors: Output) -> Steps:
        layers = len(self.network.layers)
        rows = moved_rows(self.network, layers)
        for group in range(len(self.together(Carried.ERROR, layers).sizes)):
            yield from wait(sources, group, rows - 1)
            if self.plan.delays.loss:
                yield float(self.plan.delays.loss)
            errors.at_once(self.events, rows)

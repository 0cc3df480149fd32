"""The earliest stage of every operation, kept up to date while lower bounds are raised."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

from fpdeep_gen.hls.ir import Constant, Load, Operation, Region, Storage
from fpdeep_gen.hls.schedule.delays import DelayModel, Timing
from fpdeep_gen.hls.schedule.distance import Distance, Node
from fpdeep_gen.hls.schedule.model import Placement

_START = Placement(0, 0, 0.0)


@dataclass(frozen=True, slots=True)
class _End:
    """A node of a distance: the stage of operation `number`, or the moment at which `variable` takes its result."""

    number: int
    variable: int | None  # id


@dataclass(frozen=True, slots=True)
class _Bound:
    """A distance between two ends; `key` is the target's in `earliest`."""

    source: _End
    target: _End
    key: int
    stages: int
    reason: str


@dataclass
class Placer:
    """Operations are known by their number in the region; program order is a topological order."""

    region: Region
    numbers: dict[int, int]
    timings: list[tuple[Timing, float]]  # with the time that a stage may take
    operands: list[list[int]]
    users: list[list[int]]
    earliest: dict[int, int] = field(default_factory=dict)  # by id(operation) or id(variable)
    placed: list[Placement] = field(default_factory=list)
    bounds: list[_Bound] = field(default_factory=list)
    bounds_from: list[list[int]] = field(default_factory=list)  # by the number of the source's operation
    due: set[int] = field(default_factory=set)  # bounds that may be broken

    @staticmethod
    def of(
        region: Region,
        delays: DelayModel,
        storages: dict[int, Storage],
        cyclic: frozenset[int],
        stretch: float,
        distances: Sequence[Distance],
    ) -> "Placer":
        """Everything as early as its operands allow; operations of `cyclic` may fill `stretch` times the budget.

        `distances` are not kept yet: `raise_targets` is for them.
        """
        numbers = {id(operation): number for number, operation in enumerate(region.operations)}
        timings, operands = [], []
        users: list[list[int]] = [[] for _ in region.operations]
        for number, operation in enumerate(region.operations):
            budget = delays.budget * (stretch if id(operation) in cyclic else 1.0)
            storage = storages[id(operation.memory)] if isinstance(operation, Load) else None
            timings.append((delays.timing(operation, storage, budget), budget))
            needed = {numbers[id(part)] for part in operation.operands() if not isinstance(part, Constant)}
            operands.append(sorted(needed))
            for part in needed:
                users[part].append(number)
        placer = Placer(region, numbers, timings, operands, users)
        for number in range(len(region.operations)):
            placer.placed.append(_START)
            placer.placed[number] = placer._place(number)
        placer._bind(distances)
        return placer

    def _bind(self, distances: Sequence[Distance]) -> None:
        self.bounds_from = [[] for _ in self.placed]
        for place, one in enumerate(distances):
            source, target = self._end(one.source), self._end(one.target)
            self.bounds.append(_Bound(source, target, one.target.key, one.stages, one.reason))
            self.bounds_from[source.number].append(place)
        self.due = set(range(len(distances)))

    def _end(self, node: Node) -> _End:
        if node.operation is not None:
            return _End(self.numbers[node.key], None)
        return _End(self.numbers[id(self.region.sets[node.key][1])], node.key)

    def _place(self, number: int) -> Placement:
        stage, time = self.earliest.get(id(self.region.operations[number]), 0), 0.0
        for operand in self.operands[number]:
            given = self.placed[operand]
            if given.ready > stage:
                stage, time = given.ready, given.time
            elif given.ready == stage and given.time > time:
                time = given.time
        timing, budget = self.timings[number]
        if timing.latency:
            stage += int(time > 0.0 if timing.registered_operands else time > budget)
            return Placement(stage, stage + timing.latency, timing.delay)
        if time + timing.delay > budget:
            return Placement(stage + 1, stage + 1, timing.delay)
        return Placement(stage, stage, time + timing.delay)

    def _propagate(self, changed: list[int]) -> None:
        waiting = set(changed)
        heapq.heapify(changed)
        while changed:
            number = heapq.heappop(changed)
            waiting.discard(number)
            placement = self._place(number)
            if placement == self.placed[number]:
                continue
            self.placed[number] = placement
            self.due.update(self.bounds_from[number])
            for user in self.users[number]:
                if user not in waiting:
                    waiting.add(user)
                    heapq.heappush(changed, user)

    def raise_targets(self) -> list[str]:
        """Raise the lower bound of every node that comes too early; the reasons of those that did.

        Stages never fall, so a distance that holds can only break when its source moves: the others are not looked at.
        """
        broken, changed = [], []
        queued, self.due = self.due, set()
        waiting = sorted(queued)
        while waiting:
            place = heapq.heappop(waiting)
            bound = self.bounds[place]
            needed = self._stage_of(bound.source) + bound.stages
            if self._stage_of(bound.target) >= needed or self.earliest.get(bound.key, 0) >= needed:
                continue
            self.earliest[bound.key] = needed
            broken.append(bound.reason)
            if bound.target.variable is None:
                changed.append(bound.target.number)
                continue
            for later in self.bounds_from[bound.target.number]:  # a variable moves at once
                if later <= place:
                    self.due.add(later)
                elif later not in queued:
                    queued.add(later)
                    heapq.heappush(waiting, later)
        self._propagate(changed)
        return broken

    def raise_to(self, operation: Operation, stage: int) -> None:
        """Move one operation on."""
        self.earliest[id(operation)] = stage
        self._propagate([self.numbers[id(operation)]])

    def _stage_of(self, end: _End) -> int:
        placement = self.placed[end.number]
        if end.variable is None:
            return placement.stage
        return max(placement.ready, self.earliest.get(end.variable, 0))

    def _set_stage(self, key: int) -> int:
        return max(self.ready(self.region.sets[key][1]), self.earliest.get(key, 0))

    def stage(self, operation: Operation) -> int:
        """Where the operation starts."""
        return self.placed[self.numbers[id(operation)]].stage

    def ready(self, operation: Operation) -> int:
        """Where its result first exists."""
        return self.placed[self.numbers[id(operation)]].ready

    def set_stages(self) -> dict[int, int]:
        """The stage in which each variable is set, by id(variable)."""
        return {key: self._set_stage(key) for key in self.region.sets}

    def depth(self) -> int:
        """Number of stages."""
        return 1 + max([0, *(placement.ready for placement in self.placed), *self.set_stages().values()])

    def longest(self) -> float:
        """Nanoseconds of the slowest stage."""
        return max((placement.time for placement in self.placed), default=0.0)

    def placements(self) -> dict[int, Placement]:
        """By id(operation)."""
        return {key: self.placed[number] for key, number in self.numbers.items()}

"""Modulo scheduling of one region: every operation as early as the distances allow, at the smallest interval."""

from collections import Counter
from dataclasses import dataclass, replace

from fpdeep_gen.hls.ir import Constant, Load, Operation, Region, Storage, Store
from fpdeep_gen.hls.schedule.constraints import Distance, Node, StreamOrder, region_distances
from fpdeep_gen.hls.schedule.cycles import cyclic_operations
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.exclusive import exclusive
from fpdeep_gen.hls.schedule.model import Placement, RegionSchedule

_MAX_ROUNDS = 200
_SPARE_STAGES = 48
STRETCHES = (1.0, 1.25, 1.6)  # of the budget, for the stages of recurrences


@dataclass(frozen=True)
class Infeasible:
    """Why an interval cannot be reached."""

    reason: str


def is_loop(region: Region) -> bool:
    """True when the region can follow itself."""
    return any(exit_.target is region for exit_ in region.exits)


def schedule_region(region: Region, delays: DelayModel, storages: dict[int, Storage]) -> RegionSchedule:
    """Stages of a region; a pipelined loop gets the smallest interval from the one asked for upwards.

    A recurrence that is too slow for the clock by the delay model keeps the interval, and its stage is longer than the
    clock asks (`longest_path` says how long): a longer interval costs throughput for certain, the estimate is rough.
    """
    sequential = _Attempt(region, delays, storages, None, StreamOrder.AFTER_WRITES).run()
    if isinstance(sequential, Infeasible):
        sequential = _Attempt(region, delays, storages, None, StreamOrder.FREE).run()
    if isinstance(sequential, Infeasible):
        raise RuntimeError(f"region {region.name}: {sequential.reason} cannot be ordered")
    if region.ii is None or not is_loop(region):
        return sequential
    cyclic = cyclic_operations(region)
    limit = ""
    for ii in range(region.ii, sequential.depth + 1):
        for stretch in STRETCHES:
            for order in StreamOrder:
                found = _Attempt(region, delays, storages, ii, order, stretch, cyclic).run()
                if isinstance(found, RegionSchedule):
                    return replace(found, pipelined=True, limit=limit)
                reason = found.reason
        limit = reason
    return replace(sequential, pipelined=True, limit=limit)


@dataclass(frozen=True)
class _Attempt:
    """One interval (None: iterations do not overlap), one order, one length of the recurrences' stage."""

    region: Region
    delays: DelayModel
    storages: dict[int, Storage]
    ii: int | None
    order: StreamOrder
    stretch: float = 1.0
    cyclic: frozenset[int] = frozenset()

    def run(self) -> RegionSchedule | Infeasible:
        """Raise what comes too early until every distance holds."""
        region, ii = self.region, self.ii
        distances = region_distances(region, ii, self.order, self.storages)
        earliest: dict[int, int] = {}
        raised: Counter[str] = Counter()
        bound: int | None = None
        for _ in range(_MAX_ROUNDS):
            placements = self._as_soon_as_possible(earliest)
            sets = {
                key: max(placements[id(value)].ready, earliest.get(key, 0)) for key, (_, value) in region.sets.items()
            }
            if bound is None:
                bound = _depth(placements, sets) + _SPARE_STAGES
            broken = _raise_targets(distances, placements, sets, earliest)
            raised.update(broken)
            late = _late_exit(region, placements, ii)
            if late or _depth(placements, sets) > bound:
                return Infeasible(_blame(raised, late))
            if not broken:
                conflict = _port_conflict(region, placements, self.storages, ii, earliest)
                if conflict == "":
                    return self._found(placements, sets)
                if ii == 1:
                    return Infeasible(conflict)
                raised[conflict] += 1
        return Infeasible(_blame(raised, ""))

    def _found(self, placements: dict[int, Placement], sets: dict[int, int]) -> RegionSchedule:
        depth = max(_depth(placements, sets), self.ii or 1)
        longest = max((placement.time for placement in placements.values()), default=0.0)
        return RegionSchedule(self.region, False, self.ii or depth, depth, placements, sets, "", longest)

    def _as_soon_as_possible(self, earliest: dict[int, int]) -> dict[int, Placement]:
        placements: dict[int, Placement] = {}
        for operation in self.region.operations:
            stage, time = earliest.get(id(operation), 0), 0.0
            for operand in operation.operands():
                if isinstance(operand, Constant):
                    continue
                given = placements[id(operand)]
                if given.ready > stage:
                    stage, time = given.ready, given.time
                elif given.ready == stage:
                    time = max(time, given.time)
            placements[id(operation)] = self._place(operation, stage, time)
        return placements

    def _place(self, operation: Operation, stage: int, time: float) -> Placement:
        budget = self.delays.budget * (self.stretch if id(operation) in self.cyclic else 1.0)
        storage = self.storages[id(operation.memory)] if isinstance(operation, Load) else None
        timing = self.delays.timing(operation, storage, budget)
        if timing.latency:
            stage += int(time > 0.0 if timing.registered_operands else time > budget)
            return Placement(stage, stage + timing.latency, timing.delay)
        if time + timing.delay > budget:
            return Placement(stage + 1, stage + 1, timing.delay)
        return Placement(stage, stage, time + timing.delay)


def _blame(raised: Counter[str], late: str) -> str:
    named = [reason for reason, _ in raised.most_common() if reason]
    return ", ".join(dict.fromkeys([*([late] if late else []), *named[:2]]))


def _depth(placements: dict[int, Placement], sets: dict[int, int]) -> int:
    stages = [placement.ready for placement in placements.values()]
    return 1 + max([0, *stages, *sets.values()])


def _raise_targets(
    distances: list[Distance], placements: dict[int, Placement], sets: dict[int, int], earliest: dict[int, int]
) -> list[str]:
    """Raise the lower bound of every node that comes too early; the reasons of those that did."""
    broken = []
    for distance in distances:
        needed = _stage(distance.source, placements, sets) + distance.stages
        if _stage(distance.target, placements, sets) < needed and earliest.get(distance.target.key, 0) < needed:
            earliest[distance.target.key] = needed
            broken.append(distance.reason)
    return broken


def _stage(node: Node, placements: dict[int, Placement], sets: dict[int, int]) -> int:
    return placements[node.key].stage if node.operation is not None else sets[node.key]


def _late_exit(region: Region, placements: dict[int, Placement], ii: int | None) -> str:
    if ii is None:
        return ""
    late = [exit_ for exit_ in region.exits if exit_.condition and placements[id(exit_.condition)].ready > ii - 1]
    return "exit condition" if late else ""


def _port_conflict(
    region: Region,
    placements: dict[int, Placement],
    storages: dict[int, Storage],
    ii: int | None,
    earliest: dict[int, int],
) -> str:
    """The first memory with more accesses in one cycle than ports; one access is moved a stage on."""
    slots: dict[tuple[int, int], list[Load | Store]] = {}
    for operation in region.operations:
        if not isinstance(operation, Load | Store):
            continue
        storage = storages[id(operation.memory)]
        if storage is Storage.REGISTERS or (storage is Storage.DISTRIBUTED and isinstance(operation, Load)):
            continue
        stage = placements[id(operation)].stage
        users = slots.setdefault((id(operation.memory), stage % ii if ii else stage), [])
        if any(_share(operation, user, placements) for user in users):
            continue
        users.append(operation)
        if len(users) > (2 if storage is Storage.BLOCK else 1):
            earliest[id(operation)] = stage + 1
            return f"ports of memory {operation.memory.name}"
    return ""


def _share(first: Load | Store, second: Load | Store, placements: dict[int, Placement]) -> bool:
    return (
        type(first) is type(second)
        and placements[id(first)].stage == placements[id(second)].stage
        and exclusive(first.predicate, second.predicate)
    )

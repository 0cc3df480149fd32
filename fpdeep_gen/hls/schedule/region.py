"""Modulo scheduling of one region: every operation as early as the distances allow, at the smallest interval."""

from collections import Counter
from dataclasses import dataclass

from fpdeep_gen.hls.ir import Binary, Constant, Get, Load, Operation, Region, Storage, Store
from fpdeep_gen.hls.schedule.constraints import Distance, Node, StreamOrder, region_distances
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.exclusive import exclusive
from fpdeep_gen.hls.schedule.model import Placement, RegionSchedule

_MAX_ROUNDS = 200
_SPARE_STAGES = 48


@dataclass(frozen=True)
class Infeasible:
    """Why an interval cannot be reached."""

    reason: str


def is_loop(region: Region) -> bool:
    """True when the region can follow itself."""
    return any(exit_.target is region for exit_ in region.exits)


def schedule_region(region: Region, delays: DelayModel, storages: dict[int, Storage]) -> RegionSchedule:
    """Stages of a region; a pipelined loop gets the smallest interval from the one asked for upwards."""
    sequential = _attempt(region, delays, storages, None, StreamOrder.AFTER_WRITES)
    if isinstance(sequential, Infeasible):
        sequential = _attempt(region, delays, storages, None, StreamOrder.FREE)
    if isinstance(sequential, Infeasible):
        raise RuntimeError(f"region {region.name}: {sequential.reason} cannot be ordered")
    if region.ii is None or not is_loop(region):
        return sequential
    limit = ""
    for ii in range(region.ii, sequential.depth + 1):
        for order in StreamOrder:
            found = _attempt(region, delays, storages, ii, order)
            if isinstance(found, RegionSchedule):
                return RegionSchedule(region, True, ii, found.depth, found.placements, found.set_stage, limit)
        limit = found.reason
    return RegionSchedule(
        region, True, sequential.depth, sequential.depth, sequential.placements, sequential.set_stage, limit
    )


def _attempt(
    region: Region, delays: DelayModel, storages: dict[int, Storage], ii: int | None, order: StreamOrder
) -> RegionSchedule | Infeasible:
    distances = region_distances(region, ii, order, storages)
    earliest: dict[int, int] = {}
    raised: Counter[str] = Counter()
    bound: int | None = None
    for _ in range(_MAX_ROUNDS):
        placements = _as_soon_as_possible(region, delays, storages, earliest)
        sets = {key: max(placements[id(value)].ready, earliest.get(key, 0)) for key, (_, value) in region.sets.items()}
        if bound is None:
            bound = _depth(placements, sets) + _SPARE_STAGES
        broken = _raise_targets(distances, placements, sets, earliest)
        raised.update(broken)
        late = _late_exit(region, placements, ii)
        if late or _depth(placements, sets) > bound:
            return Infeasible(_blame(raised, late))
        if not broken:
            conflict = _port_conflict(region, placements, storages, ii, earliest)
            if conflict == "":
                depth = max(_depth(placements, sets), ii or 1)
                return RegionSchedule(region, False, ii or depth, depth, placements, sets)
            if ii == 1:
                return Infeasible(conflict)
            raised[conflict] += 1
    return Infeasible(_blame(raised, ""))


def _blame(raised: Counter[str], late: str) -> str:
    named = [reason for reason, _ in raised.most_common() if reason]
    return ", ".join(dict.fromkeys([*([late] if late else []), *named[:2]]))


def _as_soon_as_possible(
    region: Region, delays: DelayModel, storages: dict[int, Storage], earliest: dict[int, int]
) -> dict[int, Placement]:
    placements: dict[int, Placement] = {}
    budget = delays.budget
    for operation in region.operations:
        stage, time = earliest.get(id(operation), 0), 0.0
        for operand in operation.operands():
            if isinstance(operand, Constant):
                continue
            given = placements[id(operand)]
            if given.ready > stage:
                stage, time = given.ready, given.time
            elif given.ready == stage:
                time = max(time, given.time)
        storage = storages[id(operation.memory)] if isinstance(operation, Load) else None
        timing = delays.timing(operation, storage)
        if timing.latency:
            wait = time > 0.0 if timing.registered_operands else time > budget
            stage += int(wait)
            placements[id(operation)] = Placement(stage, stage + timing.latency, timing.delay)
        elif time + timing.delay > budget:
            placements[id(operation)] = Placement(stage + 1, stage + 1, timing.delay)
        else:
            placements[id(operation)] = Placement(stage, stage, time + timing.delay)
    return placements


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


def used_gets(region: Region) -> list[Get]:
    """The region's reads of variables that it also sets."""
    return [op for op in region.operations if isinstance(op, Get) and id(op.variable) in region.sets]


def is_product(operation: Operation) -> bool:
    """A multiplication."""
    return isinstance(operation, Binary) and operation.kind.name == "MUL"

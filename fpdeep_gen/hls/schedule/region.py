"""Modulo scheduling of one region: every operation as early as the distances allow, at the smallest interval."""

from collections import Counter
from dataclasses import dataclass, replace

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.ir import Load, Region, Storage, Store
from fpdeep_gen.hls.schedule.constraints import StreamOrder, region_distances
from fpdeep_gen.hls.schedule.cycles import cyclic_operations
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.exclusive import Exclusion
from fpdeep_gen.hls.schedule.model import RegionSchedule
from fpdeep_gen.hls.schedule.placer import Placer

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


def schedule_region(
    region: Region, delays: DelayModel, storages: dict[int, Storage], exclusion: Exclusion
) -> RegionSchedule:
    """Stages of a region; a pipelined loop gets the smallest interval from the one asked for upwards.

    A recurrence that is somewhat too slow for the clock by the delay model keeps the interval, and its stage is longer
    than the clock asks (`longest_path` says how long): a longer interval costs throughput for certain, the estimate is
    rough.

    Raises InputError where the accesses of one iteration wait for each other in a circle.
    """
    cyclic = cyclic_operations(region)
    search = Search(region, delays, storages, exclusion, cyclic)
    sequential = search.attempt(None, StreamOrder.AFTER_WRITES)
    if isinstance(sequential, Infeasible):
        sequential = search.attempt(None, StreamOrder.FREE)
    if isinstance(sequential, Infeasible):
        file, line = (region.location.file, region.location.line) if region.location else (None, None)
        expected, hint = "accesses that one iteration can make in some order", "move one of them to a loop of its own"
        circle = f"{sequential.reason}, which each wait for the other"
        raise InputError([Problem(file, line, f"region {region.name}", expected, circle, hint)])
    if region.ii is None or not is_loop(region):
        return sequential
    first = _first_possible(search, region.ii, sequential.depth + 1)
    limit = "" if first == region.ii else search.reason(first - 1)
    for ii in range(first, sequential.depth + 1):
        for stretch in STRETCHES:
            for order in StreamOrder:
                found = search.attempt(ii, order, stretch)
                if isinstance(found, RegionSchedule):
                    return replace(found, pipelined=True, limit=limit)
                reason = found.reason
        limit = reason
    return replace(sequential, pipelined=True, limit=limit)


def _first_possible(search: "Search", low: int, high: int) -> int:
    """The least interval from `low` on that is not known to be out of reach, `high` at most."""
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if search.is_impossible(middle) else (low, middle)
    return low


@dataclass(frozen=True)
class Search:
    """Attempts at one region."""

    region: Region
    delays: DelayModel
    storages: dict[int, Storage]
    exclusion: Exclusion
    cyclic: frozenset[int]

    def is_impossible(self, ii: int) -> bool:
        """Whether every attempt at `ii` fails, and so at every smaller interval.

        The loosest order and the longest stages, without a look at ports, put no operation later than any attempt
        does: where this leads further than the attempt that begins latest may go, all of them fail.
        """
        placer = self._placer(ii, StreamOrder.FREE, STRETCHES[-1])
        bound = self._placer(ii, StreamOrder.FREE, STRETCHES[0]).depth() + _SPARE_STAGES
        for _ in range(_MAX_ROUNDS):
            broken = placer.raise_targets()
            if placer.depth() > bound or _late_exit(self.region, placer, ii):
                return True
            if not broken:
                return False
        return False

    def reason(self, ii: int) -> str:
        """Why the last of the attempts at an interval that is impossible fails."""
        found = self.attempt(ii, StreamOrder.FREE, STRETCHES[-1])
        assert isinstance(found, Infeasible)
        return found.reason

    def _placer(self, ii: int | None, order: StreamOrder, stretch: float) -> Placer:
        distances = region_distances(self.region, ii, order, self.storages, self.exclusion)
        return Placer.of(self.region, self.delays, self.storages, self.cyclic, stretch, distances)

    def attempt(self, ii: int | None, order: StreamOrder, stretch: float = 1.0) -> RegionSchedule | Infeasible:
        """One interval (None: iterations do not overlap), one order, one length of the recurrences' stage."""
        region = self.region
        placer = self._placer(ii, order, stretch)
        raised: Counter[str] = Counter()
        accesses = sum(isinstance(one, Load | Store) for one in region.operations) if ii is None else 0
        bound = placer.depth() + _SPARE_STAGES + accesses
        for _ in range(_MAX_ROUNDS + accesses):
            broken = placer.raise_targets()
            raised.update(broken)
            late = _late_exit(region, placer, ii)
            if late or placer.depth() > bound:
                return Infeasible(_blame(raised, late))
            if broken:
                continue
            conflict = self._port_conflict(placer, ii)
            if conflict == "":
                depth = max(placer.depth(), ii or 1)
                placements, sets = placer.placements(), placer.set_stages()
                return RegionSchedule(region, False, ii or depth, depth, placements, sets, "", placer.longest())
            if ii == 1:
                return Infeasible(conflict)
            raised[conflict] += 1
        return Infeasible(_blame(raised, ""))

    def _port_conflict(self, placer: Placer, ii: int | None) -> str:
        """The first memory with more accesses in one cycle than ports; one access is moved a stage on.

        Where iterations do not overlap every access that is too many moves to the next stage with a free port.
        """
        slots: dict[tuple[int, int], list[Load | Store]] = {}
        first = ""
        for operation in self.region.operations:
            if not isinstance(operation, Load | Store):
                continue
            storage = self.storages[id(operation.memory)]
            if storage is Storage.REGISTERS or (storage is Storage.DISTRIBUTED and isinstance(operation, Load)):
                continue
            stage = placer.stage(operation)
            ports = 2 if storage is Storage.BLOCK else 1
            users = slots.setdefault((id(operation.memory), stage % ii if ii else stage), [])
            if any(self._share(operation, user, placer) for user in users):
                continue
            if len(users) < ports:
                users.append(operation)
                continue
            first = first or f"ports of memory {operation.memory.name}"
            if ii is not None:
                placer.raise_to(operation, stage + 1)
                return first
            while len(slots.get((id(operation.memory), stage), [])) >= ports:
                stage += 1
            placer.raise_to(operation, stage)
            slots.setdefault((id(operation.memory), stage), []).append(operation)
        return first

    def _share(self, first: Load | Store, second: Load | Store, placer: Placer) -> bool:
        return (
            type(first) is type(second)
            and placer.stage(first) == placer.stage(second)
            and self.exclusion.exclusive(first.predicate, second.predicate)
        )


def _blame(raised: Counter[str], late: str) -> str:
    named = [reason for reason, _ in raised.most_common() if reason]
    return ", ".join(dict.fromkeys([*([late] if late else []), *named[:2]]))


def _late_exit(region: Region, placer: Placer, ii: int | None) -> str:
    if ii is None:
        return ""
    late = [exit_ for exit_ in region.exits if exit_.condition and placer.ready(exit_.condition) > ii - 1]
    return "exit condition" if late else ""

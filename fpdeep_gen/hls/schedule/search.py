"""Attempts at one region's schedule: every operation as early as the distances allow, at a given interval."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from fpdeep_gen.hls.ir import Load, Region, Storage, Store
from fpdeep_gen.hls.schedule.constraints import StreamOrder, region_distances
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.exclusive import Exclusion
from fpdeep_gen.hls.schedule.model import RegionSchedule
from fpdeep_gen.hls.schedule.placer import Placer

_MAX_ROUNDS = 200
_FEWEST_ROUNDS = 16
_SPARE_STAGES = 48
STRETCHES = (1.0, 1.25, 1.6)  # of the budget, for the stages of recurrences


@dataclass(frozen=True)
class Infeasible:
    """Why an interval cannot be reached."""

    reason: str


def first_possible(low: int, high: int, is_impossible: Callable[[int], bool]) -> int:
    """The least interval from `low` on that is not known to be out of reach, `high` at most."""
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if is_impossible(middle) else (low, middle)
    return low


@dataclass(frozen=True)
class Search:
    """Attempts at one region."""

    region: Region
    delays: DelayModel
    storages: dict[int, Storage]
    exclusion: Exclusion
    cyclic: frozenset[int]
    effort: int | None = None  # distances looked at in an attempt, where that is bounded

    def is_impossible(self, ii: int, order: StreamOrder = StreamOrder.FREE, stretch: float = STRETCHES[-1]) -> bool:
        """Whether every attempt at `ii` fails that is no looser than these, and so at every smaller interval.

        The loosest order and the longest stages, without a look at ports, put no operation later than any attempt
        does: where this leads further than the attempt that begins latest may go, all of them fail.
        """
        if self._crowded(ii):
            return True
        placer = self._placer(ii, order, stretch)
        bound = self._placer(ii, StreamOrder.FREE, STRETCHES[0]).depth() + _SPARE_STAGES
        for _ in range(self._rounds(placer)):
            broken = placer.raise_targets()
            if placer.depth() > bound or _late_exit(self.region, placer, ii):
                return True
            if not broken:
                return False
        return False

    def reason(self, ii: int, order: StreamOrder = StreamOrder.FREE, stretch: float = STRETCHES[-1]) -> str:
        """Why the last of the attempts at an interval that is impossible fails."""
        found = self.attempt(ii, order, stretch)
        assert isinstance(found, Infeasible)
        return found.reason

    def _crowded(self, ii: int) -> bool:
        """Whether a memory has too many accesses for its ports at an interval."""
        return max(self._least_intervals, default=0) > ii

    @cached_property
    def _least_intervals(self) -> list[int]:
        """For each memory the least interval that its ports allow: accesses of which no two exclude one another."""
        groups: dict[int, list[Load | Store]] = {}
        for one in self.region.operations:
            if isinstance(one, Load | Store) and self._ports(one):
                group = groups.setdefault(id(one.memory), [])
                if not any(
                    type(one) is type(other) and self.exclusion.exclusive(one.predicate, other.predicate)
                    for other in group
                ):
                    group.append(one)
        return [-(-len(group) // self._ports(group[0])) for group in groups.values()]

    def _ports(self, access: Load | Store) -> int:
        """How many accesses of a cycle its memory has ports for; 0: any number."""
        storage = self.storages[id(access.memory)]
        if storage is Storage.REGISTERS or (storage is Storage.DISTRIBUTED and isinstance(access, Load)):
            return 0
        return 2 if storage is Storage.BLOCK else 1

    def _rounds(self, placer: Placer) -> int:
        if self.effort is None:
            return _MAX_ROUNDS
        return min(_MAX_ROUNDS, max(_FEWEST_ROUNDS, self.effort // max(1, len(placer.bounds))))

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
        for _ in range(self._rounds(placer) + accesses):
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
            if not (ports := self._ports(operation)):
                continue
            stage = placer.stage(operation)
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

"""Joins the lane memories of a vector array into one wide memory where all lanes are always accessed together.

Lanes are split apart when the array is lowered, since any lane may be used alone. Where every region stores all of them
at one address under one predicate, and loads them so, one memory of the joined width does the same with one port.
"""

from collections.abc import Sequence

from fpdeep_gen.hls.ir import Concat, Exit, Extract, Load, Memory, Operation, Process, Region, Store
from fpdeep_gen.hls.passes.replace import replace_operands

Access = tuple[int, int, str, Operation, Operation | None]  # region, run, what, address, predicate


def merge_memories(process: Process) -> None:
    """In place."""
    groups: dict[tuple[object, ...], list[Memory]] = {}
    footprints = _footprints(process)
    for memory in process.memories:
        if memory.is_external:
            continue
        key = (
            memory.name.rpartition("_")[0],
            memory.depth,
            bool(memory.initial),
            memory.storage,
            memory.wants_uram,
            memory.carried_distance,
            memory.is_apart,
            memory.reset,
            memory.location,
            footprints.get(memory, ()),
        )
        groups.setdefault(key, []).append(memory)
    places = _places(process)
    joined = [group for group in groups.values() if len(group) > 1 and _orderly(group, places)]
    if not joined:
        return
    where = {memory: (group, place) for group in joined for place, memory in enumerate(group)}
    names = {memory.name for memory in process.memories if memory not in where}
    wide = {id(group): _wide(group, names) for group in joined}
    for region in process.regions:
        _Rewrite(region, where, wide).run()
    kept: list[Memory] = []
    for memory in process.memories:
        if memory not in where:
            kept.append(memory)
        elif where[memory][1] == 0:
            kept.append(wide[id(where[memory][0])])
    process.memories = kept


def _wide(group: Sequence[Memory], taken: set[str]) -> Memory:
    first = group[0]
    initial: tuple[int, ...] = ()
    if first.initial:
        shift, words = 0, [0] * first.depth
        for memory in group:
            for place, value in enumerate(memory.initial):
                words[place] |= value << shift
            shift += memory.width
        initial = tuple(words)
    name = first.name.rpartition("_")[0]
    name = first.name if name in taken or not name else name
    taken.add(name)
    width = sum(memory.width for memory in group)
    how = (initial, first.storage, first.carried_distance, first.location)
    more = (first.wants_uram, first.is_apart, first.reset)
    return Memory(name, width, first.depth, *how, None, None, first.meetings, *more)


def _footprints(process: Process) -> dict[Memory, tuple[Access, ...]]:
    """How each memory is accessed, in order; `run` counts its own accesses, so that lanes match one by one."""
    found: dict[Memory, list[Access]] = {}
    for number, region in enumerate(process.regions):
        for operation in region.operations:
            if isinstance(operation, (Load, Store)):
                seen = found.setdefault(operation.memory, [])
                what = type(operation).__name__
                seen.append((number, len(seen), what, operation.address, operation.predicate))
    return {memory: tuple(accesses) for memory, accesses in found.items()}


def _places(process: Process) -> dict[Memory, list[tuple[int, int, bool]]]:
    """Each access of a memory, in order: its region, its place there, whether it stores."""
    found: dict[Memory, list[tuple[int, int, bool]]] = {}
    for number, region in enumerate(process.regions):
        for place, operation in enumerate(region.operations):
            if isinstance(operation, (Load, Store)):
                found.setdefault(operation.memory, []).append((number, place, isinstance(operation, Store)))
    return found


def _orderly(group: Sequence[Memory], places: dict[Memory, list[tuple[int, int, bool]]]) -> bool:
    """Whether joined loads (at the first lane) still come after the joined stores (at the last lane) before them."""
    runs = zip(*(places.get(memory, []) for memory in group), strict=True)
    region, stored = -1, -1
    for run in runs:
        if run[0][0] != region:
            region, stored = run[0][0], -1
        if run[0][2]:
            stored = max(stored, *(place for _, place, _ in run))
        elif min(place for _, place, _ in run) < stored:
            return False
    return True


class _Rewrite:
    """Replaces the n-th accesses of all lanes by one: loads at the first lane's place, stores at the last lane's."""

    def __init__(self, region: Region, where: dict[Memory, tuple[list[Memory], int]], wide: dict[int, Memory]) -> None:
        self._region = region
        self._where = where
        self._wide = wide
        self._replaced: dict[Operation, Operation] = {}
        self._counts: dict[Memory, int] = {}
        self._loads: dict[tuple[int, int], Load] = {}
        self._stores: dict[tuple[int, int], list[Operation]] = {}
        self._numbers: dict[tuple[int, int], int] = {}
        self._out: list[Operation] = []

    def run(self) -> None:
        """Rewrites the region."""
        for operation in self._region.operations:
            replace_operands(operation, self._replaced)
            if isinstance(operation, (Load, Store)) and operation.memory in self._where:
                self._access(operation)
            else:
                self._out.append(operation)
        self._region.operations = self._out
        for key, (variable, value) in list(self._region.sets.items()):
            self._region.sets[key] = (variable, self._replaced.get(value, value))
        self._region.exits = [
            Exit(None if one.condition is None else self._replaced.get(one.condition, one.condition), one.target)
            for one in self._region.exits
        ]

    def _access(self, operation: Load | Store) -> None:
        group, lane = self._where[operation.memory]
        number = self._counts.get(operation.memory, 0)
        self._counts[operation.memory] = number + 1
        key = (id(group), number)
        memory = self._wide[id(group)]
        if isinstance(operation, Load):
            load = self._loads.get(key)
            if load is None:
                load = Load(memory.width, memory, operation.address, operation.predicate, location=operation.location)
                load.access = operation.access if lane == 0 else 0  # numbers are known among those of one lane
                self._loads[key] = load
                self._out.append(load)
            low = sum(other.width for other in group[:lane])
            part = Extract(operation.width, load, low, location=operation.location)
            self._out.append(part)
            self._replaced[operation] = part
            return
        if lane == 0:
            self._numbers[key] = operation.access
        values = self._stores.setdefault(key, [])
        values.append(operation.value)
        if len(values) == len(group):
            word = Concat(memory.width, tuple(values), location=operation.location)
            self._out.append(word)
            stored = Store(0, memory, operation.address, word, operation.predicate, location=operation.location)
            stored.access = self._numbers[key]
            self._out.append(stored)

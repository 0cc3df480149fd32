"""Distances between operations that the dependences of a region demand, within an iteration and between iterations.

Iteration i+1 starts `ii` stages behind iteration i. A stalled stage stops every earlier one, so the distance between
two iterations never shrinks: `source` of iteration i comes before `target` of iteration i+n if
stage(target) >= stage(source) + 1 - n * ii.
"""

from collections.abc import Iterator
from enum import IntEnum
from itertools import combinations

from fpdeep_gen.hls.ir import (
    Constant,
    Fence,
    Get,
    Load,
    Memory,
    Operation,
    Region,
    Storage,
    Store,
    StreamEmpty,
    StreamFull,
    StreamRead,
    StreamTryRead,
    StreamTryWrite,
    StreamWrite,
)
from fpdeep_gen.hls.schedule.distance import Distance, Node
from fpdeep_gen.hls.schedule.exclusive import Exclusion
from fpdeep_gen.hls.schedule.fences import order_distances

StreamAccess = StreamRead | StreamTryRead | StreamWrite | StreamTryWrite | StreamEmpty | StreamFull
_PEEKS = (StreamEmpty, StreamFull)
_BLOCKING = (StreamRead, StreamWrite)


class StreamOrder(IntEnum):
    """How far accesses to different streams keep the order of the program."""

    AFTER_WRITES = 0  # what follows a blocking write is in a later stage
    NOT_BEFORE = 1  # nothing overtakes, but all may share a stage and then go together
    FREE = 2


def region_distances(
    region: Region, ii: int | None, order: StreamOrder, storages: dict[int, Storage], exclusion: Exclusion
) -> list[Distance]:
    """Every demanded distance; `ii` None: iterations do not overlap. `storages` is keyed by id(memory)."""
    found = list(_variable_distances(region, ii))
    found += _memory_distances(region, ii, storages, exclusion)
    found += _stream_distances(region, ii, exclusion)
    found += _order_distances(region, order, exclusion)
    found += _done_distances(region, exclusion)
    found += _guard_distances(region)
    found += _answer_distances(region, ii)
    found += _fence_distances(region, exclusion)
    found += order_distances(region, ii, exclusion)
    if ii is not None:
        found += _handed_on(region, ii)
    return found


def _variable_distances(region: Region, ii: int | None) -> Iterator[Distance]:
    for operation in region.operations:
        if isinstance(operation, Get) and id(operation.variable) in region.sets:
            get, assignment = Node(operation), Node(None, operation.variable)
            yield Distance(get, assignment, 0, "")
            if ii is not None:
                yield Distance(assignment, get, 1 - ii, f"variable {operation.variable.name}")


def _memory_distances(
    region: Region, ii: int | None, storages: dict[int, Storage], exclusion: Exclusion
) -> Iterator[Distance]:
    accesses: dict[int, list[Load | Store]] = {}
    for operation in region.operations:
        if isinstance(operation, Load | Store):
            accesses.setdefault(id(operation.memory), []).append(operation)
    for group in accesses.values():
        memory = group[0].memory
        if any(isinstance(access, Store) for access in group):
            yield from _same_iteration(group, storages[id(memory)], exclusion)
            if ii is not None and memory.carried_distance is not None:
                yield from _carried(group, memory, memory.carried_distance, ii)
        if ii == 1 and storages[id(memory)] is Storage.BLOCK:
            yield from _shared_ports([access for access in group if isinstance(access, Load)], exclusion)


def _shared_ports(loads: list[Load], exclusion: Exclusion) -> Iterator[Distance]:
    """Loads that exclude one another go in one stage, so that one port serves them."""
    for first, second in combinations(loads, 2):
        if exclusion.exclusive(first.predicate, second.predicate):
            reason = f"ports of memory {first.memory.name}"
            yield Distance(Node(first), Node(second), 0, reason)
            yield Distance(Node(second), Node(first), 0, reason)


def _same_iteration(group: list[Load | Store], storage: Storage, exclusion: Exclusion) -> Iterator[Distance]:
    if group[0].memory.is_apart:
        return
    for first, second in combinations(group, 2):
        if isinstance(first, Load) and isinstance(second, Load):
            continue
        if _never_meet(first, second) or exclusion.exclusive(first.predicate, second.predicate):
            continue
        together = isinstance(first, Load) or (isinstance(second, Store) and storage is Storage.REGISTERS)
        yield Distance(Node(first), Node(second), 0 if together else 1, f"memory {first.memory.name}")


def _never_meet(first: Load | Store, second: Load | Store) -> bool:
    """Within one iteration."""
    meeting = first.memory.meetings.get((first.access, second.access))
    return (meeting is not None and not meeting.same) or _different_words(first, second)


def _different_words(first: Load | Store, second: Load | Store) -> bool:
    left, right = first.address, second.address
    return isinstance(left, Constant) and isinstance(right, Constant) and left.value != right.value


def _carried(group: list[Load | Store], memory: Memory, distance: int, ii: int) -> Iterator[Distance]:
    reason = f"memory {memory.name} (distance {distance})"
    stores = [access for access in group if isinstance(access, Store)]
    for store in stores:
        for access in group:
            if access is store or _different_words(store, access):
                continue
            after, before = _iterations(store, access), _iterations(access, store)
            if isinstance(access, Load):
                if after is not None:
                    after = max(after, distance)
                    yield Distance(
                        Node(store), Node(access), 1 - after * ii, f"memory {memory.name} (distance {after})"
                    )
                if before is not None:
                    yield Distance(Node(access), Node(store), -before * ii, reason)
            elif after is not None:
                yield Distance(Node(store), Node(access), 1 - after * ii, reason)


def _iterations(first: Load | Store, second: Load | Store) -> int | None:
    """After how many iterations, at least, the second access meets the word of the first; None: never."""
    meeting = first.memory.meetings.get((first.access, second.access))
    return 1 if meeting is None else meeting.later


def _stream_distances(region: Region, ii: int | None, exclusion: Exclusion) -> Iterator[Distance]:
    accesses: dict[int, list[StreamAccess]] = {}
    for operation in region.operations:
        if isinstance(operation, StreamAccess):
            accesses.setdefault(id(operation.stream), []).append(operation)
    for group in accesses.values():
        for first, second in combinations(group, 2):
            yield from _stream_pair(first, second, ii, exclusion)


def _stream_pair(first: StreamAccess, second: StreamAccess, ii: int | None, exclusion: Exclusion) -> Iterator[Distance]:
    reason = f"stream {first.stream.name}"
    head, tail = Node(first), Node(second)
    if isinstance(first, _PEEKS) and isinstance(second, _PEEKS):
        return
    if isinstance(first, _PEEKS) or not exclusion.exclusive(_predicate(first), _predicate(second)):
        yield Distance(head, tail, 0 if isinstance(first, _PEEKS) else 1, reason)
    if ii is None:
        return
    yield Distance(tail, head, 1 - ii if not isinstance(second, _PEEKS) else -ii, reason)
    if not isinstance(first, _PEEKS):
        yield Distance(head, tail, 1 - ii, reason)


def _predicate(access: StreamAccess) -> Operation | None:
    return None if isinstance(access, _PEEKS) else access.predicate


def _answer_distances(region: Region, ii: int | None) -> Iterator[Distance]:
    """An answer is waited for behind its request: as far behind in a pipelined loop as it takes to come."""
    asked: dict[int, StreamWrite] = {}
    for operation in region.operations:
        if isinstance(operation, StreamWrite):
            asked[id(operation.stream)] = operation
        elif isinstance(operation, StreamRead) and operation.stream.answers is not None:
            request = asked.get(id(operation.stream.answers))
            if request is None:  # an earlier iteration or step asked
                continue
            stages = 1 if ii is None else operation.stream.latency
            yield Distance(Node(request), Node(operation), stages, f"answers of {operation.stream.name}")


def order_between_iterations(region: Region, exclusion: Exclusion, ii: int) -> list[Distance]:
    """What keeps accesses to a memory that others use too in the order of the program, from iteration to iteration."""
    pairs = _fence_distances(region, exclusion)
    return [Distance(pair.target, pair.source, -ii, pair.reason) for pair in pairs]


def _fence_distances(region: Region, exclusion: Exclusion) -> Iterator[Distance]:
    """Who gets a word behind a write to a shared array, or a response, finds what was written.

    The same stage will do, as in `_guard_distances`; the adapter of an array keeps its reads behind its writes.
    """
    for first, second in _fenced_pairs(region):
        if not exclusion.exclusive(_predicate(first), _predicate(second)):
            reason = f"order of {first.stream.name}, {second.stream.name}"
            yield Distance(Node(first), Node(second), 0, reason)


def _handed_on(region: Region, ii: int) -> Iterator[Distance]:
    """The same for the next iteration: its words that tell of accesses in this one, its accesses that wait for words of
    this one, its reads that wait for a response. Other pairs may change places, as nobody can tell."""
    reads = {id(one.stream.answers) for one in region.operations if isinstance(one, StreamRead)}
    for first, second in _fenced_pairs(region):
        tells = isinstance(first, StreamWrite | StreamTryWrite) and not first.stream.is_bus
        waits = isinstance(second, StreamRead | StreamTryRead) and not second.stream.is_bus
        answered = second.stream.fence is Fence.ALL and id(first.stream) in reads - {id(second.stream.answers)}
        if tells or waits or answered:
            reason = f"order of {second.stream.name}, {first.stream.name} of the next iteration"
            yield Distance(Node(second), Node(first), -ii, reason)


def _fenced_pairs(region: Region) -> Iterator[tuple[StreamAccess, StreamAccess]]:
    """Accesses of one iteration in order, an access to a shared array or a response among the two."""
    accesses = [one for one in region.operations if isinstance(one, StreamAccess) and not isinstance(one, _PEEKS)]
    if all(one.stream.fence is Fence.NONE for one in accesses):
        return
    for first, second in combinations(accesses, 2):
        if first.stream is not second.stream and (_fenced(first, second) or _fenced(second, first)):
            yield first, second


def _fenced(one: StreamAccess, other: StreamAccess) -> bool:
    fence, memory = one.stream.fence, one.stream.memory
    together = memory != "" and memory == other.stream.memory
    return fence is Fence.ALL or together or (fence is Fence.WORDS and not other.stream.is_bus)


def _done_distances(region: Region, exclusion: Exclusion) -> Iterator[Distance]:
    """Whoever sees a done word also sees every word and every store to an external memory that comes before it.

    Who waits for one, and reads results behind it, has given what starts the other: the words of a stage go together,
    so in an earlier stage.
    """
    effects: list[Operation] = []
    waits: list[StreamRead] = []
    for operation in region.operations:
        if isinstance(operation, StreamWrite) and operation.stream.is_done:
            for effect in effects:
                yield Distance(Node(effect), Node(operation), 0, "end of the activation")
            continue
        if isinstance(operation, StreamRead):
            for wait in waits:
                yield Distance(Node(wait), Node(operation), 0, "end of a stage")
            if operation.stream.is_done:
                waits.append(operation)
                for effect in effects:
                    if isinstance(effect, StreamWrite) and not exclusion.exclusive(
                        effect.predicate, operation.predicate
                    ):
                        yield Distance(Node(effect), Node(operation), 1, "end of a stage")
        if isinstance(operation, StreamWrite | StreamTryWrite | StreamRead | StreamTryRead) or (
            isinstance(operation, Store) and operation.memory.is_external
        ):
            effects.append(operation)


def _guard_distances(region: Region) -> Iterator[Distance]:
    """A bank of an array between processes is touched behind the word that opens it and before the one that closes it.

    The same stage will do: an access takes effect at the end of its cycle, a word arrives a cycle later.
    """
    guards: dict[str, list[Operation]] = {}
    accesses: dict[str, list[Operation]] = {}
    for operation in region.operations:
        if isinstance(operation, Load | Store) and operation.memory.shared is not None:
            array, own, other = operation.memory.shared.array, accesses, guards
        elif isinstance(operation, _BLOCKING) and operation.stream.guards:
            array, own, other = operation.stream.guards, guards, accesses
        else:
            continue
        own.setdefault(array, []).append(operation)
        for before in other.get(array, []):
            yield Distance(Node(before), Node(operation), 0, f"hand-over of {array}")


def _order_distances(region: Region, order: StreamOrder, exclusion: Exclusion) -> Iterator[Distance]:
    """Words that hand over banks need no order: nobody waits for one on account of another stream; nor do fences."""
    if order is StreamOrder.FREE:
        return
    blocking = [
        one
        for one in region.operations
        if isinstance(one, _BLOCKING) and not one.stream.guards and one.stream.order is None
    ]
    for first, second in combinations(blocking, 2):
        if first.stream is second.stream or exclusion.exclusive(first.predicate, second.predicate):
            continue
        later = order is StreamOrder.AFTER_WRITES and isinstance(first, StreamWrite)
        yield Distance(
            Node(first), Node(second), 1 if later else 0, f"order of {first.stream.name}, {second.stream.name}"
        )

"""Distances that `hls::fence` demands: within an iteration, and from one iteration to the next.

A fence is a write to a port that is none (`StreamPort.order`): it has a stage and no hardware. What follows it is in a
later stage than what comes before, so neither waits for the other.
"""

from collections.abc import Iterator

from fpdeep_gen.hls.ir import (
    Load,
    Memory,
    Operation,
    Region,
    Store,
    StreamEmpty,
    StreamFull,
    StreamPort,
    StreamRead,
    StreamTryRead,
    StreamTryWrite,
    StreamWrite,
)
from fpdeep_gen.hls.schedule.distance import Distance, Node
from fpdeep_gen.hls.schedule.exclusive import Exclusion

_STREAMS = (StreamRead, StreamTryRead, StreamWrite, StreamTryWrite, StreamEmpty, StreamFull)


def order_distances(region: Region, ii: int | None, exclusion: Exclusion) -> Iterator[Distance]:
    """Those of all fences, and of the words that wait until what was written to a memory is there."""
    fences = [one for one in region.operations if isinstance(one, StreamWrite) and one.stream.order is not None]
    yield from _settling(region)
    places = {id(one): place for place, one in enumerate(region.operations)}
    for fence in fences:
        order, node = fence.stream.order, Node(fence)
        assert order is not None
        for place, one in enumerate(region.operations):
            accessed = _accessed(one)
            if accessed is None or one is fence:
                continue
            reason = f"a fence around {accessed.name}"
            first = place < places[id(fence)]
            apart = exclusion.exclusive(one.predicate, fence.predicate)
            if accessed in order.before and first and not apart:
                yield Distance(Node(one), node, 0, reason)
            elif accessed in order.before and not first and ii is not None:
                yield Distance(Node(one), node, -ii, reason)
            if accessed in order.behind and not first and not apart:
                yield Distance(node, Node(one), 1, reason)
            elif accessed in order.behind and first and ii is not None:
                yield Distance(node, Node(one), 1 - ii, reason)


def _settling(region: Region) -> Iterator[Distance]:
    """In a later stage than the writes: these are not taken while it waits in the same one."""
    writes: dict[int, list[StreamWrite]] = {}
    for one in region.operations:
        if not isinstance(one, StreamWrite):
            continue
        writes.setdefault(id(one.stream), []).append(one)
        for write in writes.get(id(one.stream.settles), []) if one.stream.settles is not None else []:
            yield Distance(Node(write), Node(one), 1, f"writes behind {one.stream.name}")


def _accessed(one: Operation) -> StreamPort | Memory | None:
    if isinstance(one, Load | Store):
        return one.memory
    return one.stream if isinstance(one, _STREAMS) else None

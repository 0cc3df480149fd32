"""Pipelining of loops, and of functions without any, that nobody asked to pipeline.

It is taken where it is faster, at no price but registers.

So the order of the words on streams stays that of one iteration after the other (a word that another process waits for
is never kept back for one that is asked for later), no stage is longer than the clock allows, and no memory changes
what it is built of (`schedule_process`); PIPELINE may do all of this for its interval.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from fpdeep_gen.hls.interface import AXI_LATENCY
from fpdeep_gen.hls.ir import Automatic, StreamRead
from fpdeep_gen.hls.schedule.constraints import StreamOrder, order_between_iterations
from fpdeep_gen.hls.schedule.latency import UNKNOWN_TRIPS, guessed_iterations
from fpdeep_gen.hls.schedule.model import RegionSchedule
from fpdeep_gen.hls.schedule.search import Infeasible, Search, first_possible

_EFFORT = 100_000  # distances looked at in an attempt
_SPENT = 20_000  # operations placed in all attempts at one region
_LEAST_TRIES = 2
_SMALL_STEPS = 16  # intervals tried one after the other before some are left out


def pipelined_unasked(
    search: Search, automatic: Automatic, sequential: RegionSchedule, order: StreamOrder
) -> RegionSchedule:
    """The smallest interval found within a bounded search, or `sequential` with the reason why it stays so.

    `order`: that of `sequential`.
    """
    if automatic.held:
        return replace(sequential, sequential=automatic.held)
    if sequential.depth == 1:
        return replace(sequential, pipelined=True)
    trips = guessed_iterations(automatic.nest) if automatic.nest else UNKNOWN_TRIPS
    count = max(1.0, trips.average)
    goal = count * (sequential.depth + memory_wait(sequential))
    last = sequential.depth - 1  # the longest interval that may gain something
    if count > 1:
        last = min(last, ceil((goal - sequential.depth) / (count - 1)) - 1)
    if count == 1:
        return replace(sequential, sequential="it goes round once")
    search = replace(search, effort=_EFFORT)
    if search.is_impossible(last, order, 1.0):
        return replace(sequential, sequential=f"would not be faster: {search.reason(last, order, 1.0)}")
    first = first_possible(1, last, lambda ii: search.is_impossible(ii, order, 1.0))
    limit = "" if first == 1 else search.reason(first - 1, order, 1.0)
    tries = max(_LEAST_TRIES, _SPENT // max(1, len(search.region.operations)))
    for number, ii in enumerate(_intervals(first, last)):
        if number == tries:
            return replace(sequential, sequential=f"too large to look for an interval of {ii} and more: {limit}")
        found = search.attempt(ii, order)
        broken = _out_of_order(found, search, ii) if isinstance(found, RegionSchedule) else found.reason
        if isinstance(found, Infeasible) or broken:
            limit = broken
        elif (count - 1) * ii + found.depth < goal:
            return replace(found, pipelined=True, limit=limit)
        else:
            break
    return replace(sequential, sequential="would not be faster" + (f": {limit}" if limit else ""))


def _out_of_order(found: RegionSchedule, search: Search, ii: int) -> str:
    """The first order of accesses to a memory that others use too that the schedule does not keep."""
    for one in order_between_iterations(search.region, search.exclusion, ii):
        assert one.source.operation is not None and one.target.operation is not None
        if found.stage(one.target.operation) < found.stage(one.source.operation) + one.stages:
            return one.reason
    return ""


def memory_wait(schedule: RegionSchedule) -> int:
    """Cycles that an iteration that overlaps with no other waits for memories behind m_axi, beyond its stages."""
    waits = any(isinstance(one, StreamRead) and one.stream.answers is not None for one in schedule.region.operations)
    return AXI_LATENCY if waits else 0


def _intervals(first: int, last: int) -> Iterator[int]:
    """From `first` to `last`, in growing steps."""
    ii, number = first, 0
    while ii <= last:
        yield ii
        number += 1
        ii += 1 + number // _SMALL_STEPS

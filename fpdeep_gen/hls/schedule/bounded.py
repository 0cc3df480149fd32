"""Longer schedules where LATENCY asks for a least one: stages at the end in which nothing happens."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fpdeep_gen.hls.ir import Count, LatencyBound, StreamWrite
from fpdeep_gen.hls.schedule.latency import process_latency
from fpdeep_gen.hls.schedule.model import ProcessSchedule, ReadPort, RegionSchedule, WritePort

_Bounded = tuple[RegionSchedule | None, Count | None]


def bounded_parts(schedule: ProcessSchedule, bound: LatencyBound) -> Iterator[_Bounded]:
    """Of each place at which it holds the region that can be made longer (None: there is none), and its latency now."""
    latency = process_latency(schedule)
    if not bound.is_loop:
        if bound.is_of(schedule.process.name, schedule.process.location):
            first = schedule.regions[0]
            yield (None if any(exit_.target is first.region for exit_ in first.region.exits) else first), latency.turn
        return
    for loop in latency.loops:
        if bound.is_of("", loop.trips.location):
            yield (None if loop.schedule.pipelined and not loop.is_pipelined else loop.schedule), loop.depth


def with_least_latencies(schedule: ProcessSchedule, bounds: Sequence[LatencyBound]) -> ProcessSchedule:
    """Every part that is shorter than asked and can be made longer is as long as asked."""
    for bound in sorted(bounds, key=lambda one: not one.is_loop):  # a function's cycles follow from its loops'
        for region, latency in bounded_parts(schedule, bound) if bound.least else ():
            if region is not None and latency is not None and latency.least < (bound.least or 0):
                longer = _longer(region, (bound.least or 0) - latency.least)
                schedule = _with(schedule, region, longer)
    return schedule


def _with(schedule: ProcessSchedule, old: RegionSchedule, new: RegionSchedule) -> ProcessSchedule:
    """Another schedule of one region whose operations stay in their stages."""

    def of(one: RegionSchedule) -> RegionSchedule:
        return new if one is old else one

    memories = []
    for plan in schedule.memories:
        reads = tuple(ReadPort(tuple((of(one), load) for one, load in port.loads)) for port in plan.reads)
        writes = tuple(WritePort(tuple((of(one), store) for one, store in port.stores)) for port in plan.writes)
        memories.append(replace(plan, reads=reads, writes=writes))
    return replace(schedule, regions=tuple(map(of, schedule.regions)), memories=tuple(memories))


def _longer(region: RegionSchedule, cycles: int) -> RegionSchedule:
    """With stages at the end; only the word that says that all is done moves there."""
    interval = region.ii if region.pipelined else region.ii + cycles
    placements = dict(region.placements)
    for operation in region.region.operations:
        if isinstance(operation, StreamWrite) and operation.stream.is_done:
            placed = placements[id(operation)]
            placements[id(operation)] = replace(placed, stage=placed.stage + cycles, ready=placed.ready + cycles)
    return replace(region, ii=interval, depth=region.depth + cycles, placements=placements)

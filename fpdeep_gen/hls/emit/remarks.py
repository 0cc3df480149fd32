"""What pragmas asked for and did not get, known once the schedule is made."""

from collections.abc import Iterator, Sequence

from fpdeep_gen.hls.ir import Binary, Binding, Diagnostic, Implementation, LatencyBound, Location
from fpdeep_gen.hls.parts import Family
from fpdeep_gen.hls.schedule.bounded import bounded_parts
from fpdeep_gen.hls.schedule.delays import DelayModel
from fpdeep_gen.hls.schedule.latency import LoopLatency, process_latency
from fpdeep_gen.hls.schedule.model import ProcessSchedule, RegionSchedule

_Placed = tuple[RegionSchedule, Binary]


def without_uram(schedules: Sequence[ProcessSchedule], family: Family) -> Iterator[Diagnostic]:
    """Arrays that asked for UltraRAM and did not get it."""
    found = ((schedule, plan) for schedule in schedules for plan in schedule.memories if plan.memory.wants_uram)
    for schedule, plan in found:
        if not plan.is_uram(family) and not plan.memory.is_external:
            why = "it cannot hold a first content" if family.has_uram else f"the {family.title} has none"
            text = f"BIND_STORAGE impl=uram of {plan.memory.name}: {why}; {plan.storage.name.lower()} memory instead"
            yield Diagnostic(plan.memory.location or schedule.process.location, text)


def kept_at_reset(schedules: Sequence[ProcessSchedule]) -> Iterator[Diagnostic]:
    """Memories that are written and asked for their first content at reset, once for each object."""
    found = (plan.memory for schedule in schedules for plan in schedule.memories if plan.writes)
    places = {one.reset: one.name for one in reversed(list(found)) if one.reset is not None}
    for place, name in reversed(places.items()):
        text = "ignored; a memory keeps its contents, elements that are registers return to their first value"
        yield Diagnostic(place, f"RESET of {name}: {text} (ARRAY_PARTITION complete)")


def unbound_operators(schedules: Sequence[ProcessSchedule], delays: DelayModel) -> Iterator[Diagnostic]:
    """BIND_OP without an operator to bind, or with fewer stages than one takes."""
    placed = [
        (region, operation)
        for schedule in schedules
        for region in schedule.regions
        for operation in region.region.operations
        if isinstance(operation, Binary)
    ]
    for one in delays.bindings:
        text = _unbound(one, [(region, operation) for region, operation in placed if operation.bound([one])])
        if text:
            yield Diagnostic(one.location, f"BIND_OP variable={one.variable} op={one.kind.name.lower()}: {text}")


def _unbound(binding: Binding, held: Sequence[_Placed]) -> str:
    if binding.implementation is Implementation.FABRIC and binding.kind.name == "MUL":
        return "latency= is ignored; sums take the stages that the clock asks for" if binding.stages else ""
    if not held:
        return "no such operator is left in what sets it (products with simple constants become sums)"
    taken = max(region.ready(operation) - region.stage(operation) for region, operation in held)
    if binding.stages is not None and taken > binding.stages:
        return f"it takes {taken} stages at this clock, not {binding.stages}"
    return ""


def missed_latencies(schedules: Sequence[ProcessSchedule], bounds: Sequence[LatencyBound]) -> Iterator[Diagnostic]:
    """LATENCY that nothing answers to, or that is not kept."""
    for one in bounds:
        found = [latency for schedule in schedules for _, latency in bounded_parts(schedule, one)]
        text = "" if found else "ignored; nothing of it is left as a loop or process of its own"
        if any(latency is None for latency in found):
            text = "not checked, as its cycles are not known"
        known = [latency for latency in found if latency is not None]
        if one.most is not None and any(latency.most > one.most for latency in known):
            text = f"max={one.most} is missed, it takes {max(latency.most for latency in known)} cycles"
        if one.least is not None and any(latency.least < one.least for latency in known):
            text = f"min={one.least} is not kept, it takes {min(latency.least for latency in known)} cycles"
        if text:
            yield Diagnostic(one.location, f"LATENCY of {'the loop' if one.is_loop else one.name}: {text}")


def loops_apart(
    schedules: Sequence[ProcessSchedule], asked: Sequence[tuple[Location, Location]]
) -> Iterator[Diagnostic]:
    """LOOP_FLATTEN of loops that have others around or inside and are joined with none. `asked`: places of the pragmas
    and of their loops."""
    for pragma, begin in asked:
        found = [state for schedule in schedules for state in _are_joined(process_latency(schedule).loops, begin)]
        if found and not any(found):
            why = "not done; a loop and the only one in it are joined, if that takes fewer cycles"
            yield Diagnostic(pragma, f"LOOP_FLATTEN: {why}")


def _are_joined(loops: Sequence[LoopLatency], begin: Location) -> Iterator[bool]:
    """Of each loop that begins at a place and has others around or inside, in program order."""
    for number, loop in enumerate(loops):
        place = loop.trips.location
        nested = loop.level > 0 or any(one.level > loop.level for one in loops[number + 1 : number + 2])
        if nested and place is not None and (place.file.resolve(), place.line) == (begin.file, begin.line):
            yield loop.is_joined

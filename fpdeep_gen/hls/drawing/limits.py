"""Which operations and variables of a pipelined loop made its interval longer than asked."""

from collections.abc import Mapping

from fpdeep_gen.hls.ir import Get, Load, Operation, Region, Store
from fpdeep_gen.hls.schedule.constraints import StreamAccess
from fpdeep_gen.hls.schedule.cycles import dependence_graph
from fpdeep_gen.hls.schedule.model import RegionSchedule

EXIT = "exit condition"


def limiting(schedule: RegionSchedule) -> frozenset[int]:
    """id() of operations and variables: those that the schedule's limit names, with the whole recurrence of each.

    A limit that is a lack of ports has the accesses to that memory. Empty where nothing limits.
    """
    region, reasons = schedule.region, schedule.limit.split(", ")
    named = {id(operation) for operation in region.operations if not _reasons(operation).isdisjoint(reasons)}
    if EXIT in reasons:
        named |= {id(exit_.condition) for exit_ in region.exits if exit_.condition is not None}
    seeds = set(named)
    for key, (variable, _) in region.sets.items():
        if f"variable {variable.name}" in reasons:
            seeds.add(key)
    return frozenset(seeds | _recurrences(region, {seed for seed in seeds if not _for_ports(region, seed, reasons)}))


def _reasons(operation: Operation) -> set[str]:
    """The texts by which the scheduler may blame an operation."""
    match operation:
        case Load(memory=memory) | Store(memory=memory):
            name = f"memory {memory.name}"
            return {name, f"{name} (distance {memory.carried_distance})", f"ports of {name}"}
        case Get(variable=variable):
            return {f"variable {variable.name}"}
        case _ if isinstance(operation, StreamAccess):
            name = operation.stream.name  # "order of a, b" comes in two parts
            return {f"stream {name}", f"answers of {name}", f"order of {name}", name}
    return set()


def _for_ports(region: Region, seed: int, reasons: list[str]) -> bool:
    """Blamed for nothing but the ports of its memory."""
    operation = next((one for one in region.operations if id(one) == seed), None)
    if not isinstance(operation, Load | Store):
        return False
    return _reasons(operation) & set(reasons) == {f"ports of memory {operation.memory.name}"}


def _recurrences(region: Region, seeds: set[int]) -> set[int]:
    """Everything on a way from a seed back to itself, in this iteration or a later one."""
    graph = dependence_graph(region)
    back: dict[int, list[int]] = {}
    for source, targets in graph.items():
        for target in targets:
            back.setdefault(target, []).append(source)
    found: set[int] = set()
    for seed in seeds:
        if seed not in found:
            found |= _reached(graph, seed) & _reached(back, seed)
    return found


def _reached(graph: Mapping[int, list[int]], start: int) -> set[int]:
    found: set[int] = set()
    pending = list(graph.get(start, ()))
    while pending:
        node = pending.pop()
        if node not in found:
            found.add(node)
            pending += graph.get(node, ())
    return found

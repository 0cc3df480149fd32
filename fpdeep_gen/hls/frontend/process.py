"""One function to one `ir.Process`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.accesses import collect_objects
from fpdeep_gen.hls.frontend.cfg import Loop, find_loops
from fpdeep_gen.hls.frontend.context import ProcessContext
from fpdeep_gen.hls.frontend.distances import find_meetings
from fpdeep_gen.hls.frontend.fences import finish_fences
from fpdeep_gen.hls.frontend.llvm_ir import Function, LlvmModule
from fpdeep_gen.hls.frontend.lower import RegionLowering
from fpdeep_gen.hls.frontend.object_pragmas import ObjectKey, ObjectPragmas
from fpdeep_gen.hls.frontend.objects import DataObject, External
from fpdeep_gen.hls.frontend.places import label_of
from fpdeep_gen.hls.frontend.regions import (
    DEFAULT_GROUPING,
    TOO_LARGE,
    Grouping,
    RegionPlan,
    loop_location,
    plan_regions,
)
from fpdeep_gen.hls.frontend.trip_counts import Trips, trip_counts
from fpdeep_gen.hls.interface import AXI_REQUEST, AXI_WRITE
from fpdeep_gen.hls.ir import Automatic, Constant, LoopTrips, Memory, Process, Region, StreamPort, StreamWrite, Variable
from fpdeep_gen.hls.passes.clean import clean
from fpdeep_gen.hls.passes.dead import remove_dead
from fpdeep_gen.hls.passes.narrow import narrow


def lower_process(
    function: Function,
    module: LlvmModule,
    pragmas: dict[ObjectKey, ObjectPragmas],
    name: str,
    problems: list[Problem],
    counts: Sequence[int] = (),
    externals: Mapping[str, External] | None = None,
    grouping: Grouping = DEFAULT_GROUPING,
) -> Process:
    """The process of a function whose arguments are streams; `counts`: how many streams each argument holds, if known.

    `externals`: the globals that stand for array arguments of the top.

    What it cannot take is added to `problems`. A process with joined nests or automatic pipelines has its other forms
    ready; where these pipelines are what it cannot take, it is made without them.
    """
    given = (function, module, pragmas, name)
    before = list(problems)
    made = _lower(*given, problems, counts, externals, grouping)
    if made.plain is not None and problems != before:
        refused = "; ".join(f"{one.found} in place of {one.expected}" for one in problems if one not in before)
        problems[:] = before
        made = _lower(*given, problems, counts, externals, replace(grouping, automatic=False))
        for region in made.regions:
            if region.ii is None and (region.loops or len(made.regions) == 1):
                region.automatic = Automatic(region.loops, refused)
    return made


def _lower(
    function: Function,
    module: LlvmModule,
    pragmas: dict[ObjectKey, ObjectPragmas],
    name: str,
    problems: list[Problem],
    counts: Sequence[int],
    externals: Mapping[str, External] | None,
    grouping: Grouping,
) -> Process:
    plan = plan_regions(function, module, problems, grouping)
    objects, refused = collect_objects(function, module, pragmas)
    for key, external in (externals or {}).items():
        if key in objects:
            objects[key].external, objects[key].is_constant = external, False
    context = ProcessContext(function, module, plan, objects, problems)
    for place, text in refused:
        context.problem(place, "an access", "an element of the array", text)
    context.prepare(counts)
    context.accesses, meetings = find_meetings(function, plan, objects)
    process = Process(name, location=function.location)
    regions = {one.name: Region(context.unique(_name(one)), ii=one.ii, location=one.location) for one in plan.regions}
    forest = find_loops(function)
    trips = trip_counts(function, forest)
    for one in plan.regions:
        RegionLowering(context, one, regions[one.name]).run(regions)
        headers = (forest.loops[entry] for entry in one.entries if entry in trips)
        regions[one.name].loops = tuple(_loop(loop, trips[loop.header], function, module) for loop in headers)
        if one.automatic or not plan.large.isdisjoint(one.entries):
            held = grouping.held if one.automatic else TOO_LARGE
            regions[one.name].automatic = Automatic(regions[one.name].loops, held)
    process.regions = list(regions.values())
    finish_fences(process, context.fences, context.ports)
    accessed = {port.name for port in context.ports.ports.values()}
    process.ports, process.unused = _ports(context, function)
    process.idle = frozenset(port.name for port in process.ports) - accessed
    used = {id(stream) for one in process.operations() if (stream := getattr(one, "stream", None)) is not None}
    outside = (port for external in (externals or {}).values() for port in external.ports.values())
    process.ports.extend(port for port in outside if id(port) in used)
    _keep_apart(process, [one for one in objects.values() if one.external is not None])
    banks = [bank for owner in dict.fromkeys(objects.values()) for bank in owner.banks()]
    registers = list(dict.fromkeys(context.variables.values()))
    carried = [*registers, *context.starts.values()]
    _choose_initial(process, registers)
    process.variables = [*carried, *(bank for bank in banks if isinstance(bank, Variable))]
    process.memories = [bank for bank in banks if isinstance(bank, Memory)]
    for memory in process.memories:
        memory.meetings = meetings

    def form(grouping: Grouping) -> Process:
        return _cleaned(_lower(function, module, pragmas, name, [], counts, externals, grouping), externals or {})

    if plan.has_nests:
        process.apart = lambda: form(replace(grouping, flatten=False))
    if any(one.automatic for one in plan.regions):
        process.plain = lambda: form(replace(grouping, automatic=False))
    return process


def _loop(loop: Loop, trips: Trips, function: Function, module: LlvmModule) -> LoopTrips:
    place = loop_location(function, loop, module)
    name = "loop" if place is None else label_of(place) or f"loop_{place.line}"
    return LoopTrips(name, place, trips.count, trips.tests_first)


def _cleaned(process: Process, externals: Mapping[str, External]) -> Process:
    clean(process)
    for shapes in next((one.shapes for one in externals.values() if one.shapes), []):
        narrow(process, shapes)
        remove_dead(process)
    return process


def _keep_apart(process: Process, arrays: list[DataObject]) -> None:
    """Iterations of a loop that reads and writes a memory behind a master do not overlap, unless a pragma allows it."""
    for one, other in product(arrays, arrays):
        read, written = one.external, other.external
        if read is None or written is None or one.pragmas.distance is None or other.pragmas.distance is None:
            continue
        if one is not other and not read.memory == written.memory != "":
            continue
        requests, writes = read.ports.get(AXI_REQUEST), written.ports.get(AXI_WRITE)
        for region in process.regions if requests is not None and writes is not None else ():
            used = {id(step.stream) for step in region.operations if isinstance(step, StreamWrite)}
            if {id(requests), id(writes)} <= used:
                region.ii = None
                if region.automatic is not None:
                    own = f"reads and writes {read.name}"
                    held = own if one is other else f"reads {read.name} and writes {written.name}, one memory"
                    region.automatic = replace(region.automatic, held=held)


def _choose_initial(process: Process, variables: list[Variable]) -> None:
    """A register that is set before it is read may start with anything: with the constant that it is always set to."""
    values: dict[Variable, set[int | None]] = {}
    for region in process.regions:
        for variable, value in region.sets.values():
            values.setdefault(variable, set()).add(value.value if isinstance(value, Constant) else None)
    for variable in variables:
        seen = values.get(variable, set())
        if len(seen) == 1:
            (only,) = seen
            if only is not None:
                variable.initial = only


def _name(plan: RegionPlan) -> str:
    """`loop_37`: by the line it comes from."""
    kind = "step" if plan.ii is None else "loop"
    return f"{kind}_{plan.location.line}" if plan.location is not None else kind


def _ports(context: ProcessContext, function: Function) -> tuple[list[StreamPort], tuple[tuple[int, str], ...]]:
    """In the order of the arguments, and the arguments that are not used.

    In an array of streams an element that is never used takes after the others.
    """
    table = context.ports
    ports: list[StreamPort] = []
    unused: list[tuple[int, str]] = []
    for place, parameter in enumerate(function.parameters):
        argument = context.streams.get(parameter.name)
        if argument is None:
            context.problem(
                None, f"argument {parameter.name.lstrip('%')}", "a stream or an array of streams", "a value"
            )
            continue
        used = [port for (name, _), port in table.ports.items() if name == argument.name]
        if not used:
            unused.append((place, parameter.name.lstrip("%")))
            continue
        for index in range(argument.count):
            found = table.ports.get((argument.name, index))
            ports.append(found or table.port(argument, index, used[0].width, used[0].is_input))
    for conflict in table.conflicts:
        context.problem(None, "a stream", "one direction and one word type", conflict)
    return ports, tuple(unused)

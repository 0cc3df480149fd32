"""From a C++ file to a module: the front end as a whole."""

import re
import sys
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from itertools import count
from pathlib import Path

from fpdeep_gen.errors import InputError, Problem
from fpdeep_gen.hls.frontend.between import GUARD
from fpdeep_gen.hls.frontend.bursts import unaligned_arrays
from fpdeep_gen.hls.frontend.clang import preprocess
from fpdeep_gen.hls.frontend.dataflow import DataflowExpansion
from fpdeep_gen.hls.frontend.diagnose import diagnose, ignored_calls, static_initialisers
from fpdeep_gen.hls.frontend.directives import with_directives
from fpdeep_gen.hls.frontend.enclosing import loops_around, outside_loops, said_twice
from fpdeep_gen.hls.frontend.flatten_pragmas import flattened_loops
from fpdeep_gen.hls.frontend.interface_options import direct_problems, direct_remarks
from fpdeep_gen.hls.frontend.latency_pragmas import latency_bounds
from fpdeep_gen.hls.frontend.llvm_ir import Function
from fpdeep_gen.hls.frontend.network import NetworkLowering, is_network, task_arguments, task_calls
from fpdeep_gen.hls.frontend.objects import External
from fpdeep_gen.hls.frontend.operator_pragmas import operator_bindings
from fpdeep_gen.hls.frontend.optimise import Optimised, optimise
from fpdeep_gen.hls.frontend.places import internal_errors, problem_at, refusal
from fpdeep_gen.hls.frontend.pragmas import rewrite
from fpdeep_gen.hls.frontend.process import lower_process
from fpdeep_gen.hls.frontend.region_loops import outline_loops
from fpdeep_gen.hls.frontend.regions import Grouping
from fpdeep_gen.hls.frontend.rewriting import LONGEST
from fpdeep_gen.hls.frontend.shared import SharedArrays, check_users, global_users
from fpdeep_gen.hls.frontend.stage_task import STAGE_DONE
from fpdeep_gen.hls.frontend.static_streams import with_local_streams
from fpdeep_gen.hls.frontend.top import with_streams
from fpdeep_gen.hls.frontend.top_wrapper import DONE, START, WRAPPER, global_of
from fpdeep_gen.hls.frontend.wrapped_top import named_in_source, wrap_top
from fpdeep_gen.hls.interface import AXI_LATENCY, Control, Interface, Kind
from fpdeep_gen.hls.ir import Diagnostic, Fence, Location, Module, Network, Process, StreamRead
from fpdeep_gen.hls.passes.clean import clean
from fpdeep_gen.hls.passes.dead import remove_dead
from fpdeep_gen.hls.passes.narrow import narrow, shared_shapes

RECURSION_LIMIT = 20_000  # conditions of long unrolled code nest deeply


def front_end(source: Path, top: str, include_dirs: Sequence[Path], auto_pipeline: bool = True) -> Module:
    """The module of the function `top`: a network when it starts tasks, else a single process.

    `auto_pipeline`: innermost loops without PIPELINE may be pipelined.
    Raises InputError with everything that the dialect does not have, ToolError when the compiler is missing or breaks.
    """
    if not source.is_file():
        raise InputError([Problem(source, None, "source", "a C++ file", "no such file")])
    with internal_errors(source, top):
        return _front_end(source, top, include_dirs, Grouping(automatic=auto_pipeline))


def _front_end(source: Path, top: str, include_dirs: Sequence[Path], grouping: Grouping) -> Module:
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))
    preprocessed = with_directives(preprocess(source, include_dirs))
    plain, warnings = rewrite(preprocessed, source)
    bindings, unbound = operator_bindings(preprocessed)
    latencies, unbounded = latency_bounds(preprocessed)
    warnings += [*unbound, *unbounded]
    problems: list[Problem] = []
    wrapped = wrap_top(plain, preprocessed, top, source, warnings, problems)
    text, name, interface = wrapped.text, wrapped.name, wrapped.interface
    text = outline_loops(with_local_streams(text, name, source), name, source)
    heads = loops_around(plain)
    warnings += [*outside_loops(plain, heads), *said_twice(plain)]
    optimised = optimise(text, name, source, heads)
    warnings.extend(optimised.warnings)
    problems.extend(optimised.problems)
    function = optimised.module.functions[optimised.top]
    for one in optimised.module.functions.values():
        problems.extend(diagnose(one, optimised.module, optimised.stages))
        warnings.extend(ignored_calls(one, optimised.module))
    problems.extend(static_initialisers(optimised.module))
    if problems:
        raise refusal(problems)
    expansion = DataflowExpansion(optimised.module, optimised.stages, optimised.objects, problems)
    called = interface is not None and interface.control is not Control.FREE
    if expansion.is_expanded(function) or (called and is_network(function)):
        function = expansion.expand(function)
    elif is_network(function):
        function = expansion.flatten(function)
    if problems:
        raise refusal(problems)
    if is_network(function):
        externals, between = _externals(interface, _tasks(function, optimised)), expansion.externals
        users = global_users(optimised, function, between)
        shared = SharedArrays(externals, users, interface)
        processes = _processes(
            optimised, function, problems, externals, between, shared, grouping, expansion.controllers
        )
        check_users(users, optimised.module, externals, problems)
        shared.check(problems)
        if problems:
            raise refusal(problems)
        interface = shared.told(interface)
        outside = frozenset(port.name for one in shared.all() for port in one.ports.values())
        fifos = {one.name: optimised.objects["", table] for table, one in between.items() if not one.banks}
        made = NetworkLowering(function, optimised.module, optimised.objects, processes, problems, outside, fifos)
        network = made.run(top)
        module = Module(network, list(processes.values()), warnings)
        warnings.extend(shared.check_order(network, problems))
    else:
        externals = _externals(interface, [function])
        once = replace(grouping, restarts=not called)
        process = lower_process(
            function, optimised.module, optimised.objects, top, problems, externals=externals, grouping=once
        )
        module = Module(process, [process], warnings)
    if problems:
        raise refusal(problems)
    module.bindings, module.latencies, module.flattened = bindings, latencies, flattened_loops(preprocessed)
    _mark_tokens(module)
    for process in module.processes:
        clean(process)
    _narrow_between(module.processes, expansion.externals)
    for process in module.processes:
        for _, argument in process.unused:
            text = f"{process.name} neither reads nor writes its argument {argument}, which gets no port"
            text = f"{process.name} never ends, it is never done" if argument == DONE else text
            warnings.append(Diagnostic(process.location, text))
    if interface is not None:
        module.interface = named_in_source(_finished(interface, module, expansion.lasting, problems), wrapped, problems)
        warnings.extend(direct_remarks(interface.arguments, module.processes[0].location or Location(source, 1)))
        problems.extend(direct_problems(module.interface, module.processes[0].location))
        if problems:
            raise refusal(problems)
    return module


def _tasks(network: Function, optimised: Optimised) -> list[Function]:
    found = (optimised.module.functions.get(call.operands[1].name) for call in task_calls(network))
    return [one for one in found if one is not None]


def _externals(interface: Interface | None, users: Sequence[Function]) -> dict[str, External]:
    """`users`: functions that become processes."""
    unaligned = unaligned_arrays(users)
    arrays = interface.of(Kind.ARRAY) if interface is not None else ()
    return {
        global_of(one.place): External(
            one.name,
            one.layout,
            one.protocol,
            AXI_LATENCY,
            fence=Fence.WORDS if one.memory else Fence.NONE,
            memory=one.memory,
            unaligned=global_of(one.place) in unaligned,
        )
        for one in arrays
    }


def _finished(interface: Interface, module: Module, lasting: Set[str], problems: list[Problem]) -> Interface:
    """With what only the process shows: the directions of streams; its last port says that an activation is done."""
    ports = {port.name: port for port in module.top.ports}
    counts: dict[str, tuple[bool, int]] = {}
    for one in interface.of(Kind.STREAM):
        several = [name for name in ports if re.fullmatch(rf"{re.escape(one.name)}_\d+", name)]
        port = ports.get(one.name) or (ports[several[0]] if several else None)
        if len({ports[name].is_input for name in several}) > 1:
            found = ", ".join(f"{name} is {'read' if ports[name].is_input else 'written'}" for name in several)
            what, hint = f"streams {one.name}", "make an array of those that are read, and one of the others"
            problems.append(problem_at(module.processes[0].location, what, "one direction", found, hint))
        if port is not None:
            counts[one.name] = (port.is_input, 0 if one.name in ports else len(several))
    arguments = (replace(one, lasting=global_of(one.place) in lasting) for one in interface.arguments)
    interface = replace(interface, arguments=tuple(arguments))
    return replace(with_streams(interface, counts), overlapped=_overlaps(module.top))


def _narrow_between(processes: Sequence[Process], between: Mapping[str, External]) -> None:
    """Words of arrays between processes in no more bits than are ever stored; again, as what is read is stored on."""
    users = [one for one in processes if any(memory.shared is not None for memory in one.memories)]
    while found := shared_shapes(users):
        for process in users:
            narrow(process, found)
            remove_dead(process)
        for one in between.values():
            one.shapes.append(found)


def _mark_tokens(module: Module) -> None:
    """Ports that say that an activation, or a stage of one, is done, and those that hand over banks."""
    top = module.top
    instances = top.instances if isinstance(top, Network) else []
    ends = [(port, bound) for one in instances for port, bound in zip(one.process.ports, one.bindings, strict=True)]
    for port in top.ports:
        port.is_done |= port.name == DONE
    stages = {bound.name for port, bound in ends if port.name == STAGE_DONE}
    for port, bound in ends:
        port.is_done |= bound.name == DONE or bound.name in stages
        guarded = re.fullmatch(rf"{re.escape(GUARD)}(.*)\.(?:full|free)\.\d+", port.name)
        port.guards = guarded[1] if guarded else ""


def _overlaps(top: Network | Process) -> bool:
    """A function that is pipelined as a whole and owns no memory outside takes a new start before it is done.

    Behind a master too: its address would be the next call's, and what is written there is not the last one's any more.
    """
    if not isinstance(top, Process) or len(top.regions) != 1 or top.regions[0].ii is None:
        return False
    starts = [one for one in top.regions[0].operations if isinstance(one, StreamRead) and one.stream.name == START]
    outside = any(one.is_external for one in top.memories) or any(port.is_bus for port in top.ports)
    return bool(starts) and starts[0].predicate is None and not outside


def _processes(
    optimised: Optimised,
    top: Function,
    problems: list[Problem],
    externals: dict[str, External],
    between: Mapping[str, External],
    shared: SharedArrays,
    grouping: Grouping,
    controllers: Set[str],
) -> dict[str, Process]:
    """One process for each function that is a task, by its LLVM name."""
    found: dict[str, Process] = {}
    taken: set[str] = set()
    for call in task_calls(top):
        name = call.operands[1].name
        function = optimised.module.functions.get(name)
        if function is None or name in found:
            continue
        readable = base = "control" if function.plain_name == WRAPPER else _identifier(function.plain_name)
        for number in count(2):
            if readable not in taken:
                break
            readable = f"{base}_{number}"
        taken.add(readable)
        seen = externals | shared.of(function, readable)
        seen |= {table: replace(one, ports={}) for table, one in between.items()}
        calls = replace(grouping, held=shared.held, restarts=False) if name in controllers else grouping
        found[name] = lower_process(
            function, optimised.module, optimised.objects, readable, problems, task_arguments(call)[1], seen, calls
        )
    return found


def _identifier(name: str) -> str:
    """`window<Config<3> >` -> `window_Config_3`; without the arguments where that is too long."""
    short = name if len(name) <= LONGEST else name.partition("<")[0]
    return re.sub(r"\W+", "_", short).strip("_")

"""A top function of tasks to an `ir.Network`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import PointerType
from fpdeep_gen.hls.frontend.object_pragmas import ObjectKey, ObjectPragmas
from fpdeep_gen.hls.frontend.optimise import TASK
from fpdeep_gen.hls.frontend.places import problem_at
from fpdeep_gen.hls.frontend.rewriting import bytes_of
from fpdeep_gen.hls.frontend.unrolling import DECLARE
from fpdeep_gen.hls.ir import Instance, Network, Process, Storage, Stream, StreamPort

DEFAULT_DEPTH = 2
End = tuple[str, int]  # an alloca or a parameter, and the element


@dataclass(frozen=True, slots=True)
class _Declared:
    depth: int
    width: int
    count: int
    pragmas: ObjectPragmas


def is_network(function: Function) -> bool:
    """Whether it starts tasks."""
    return any(one.detail == TASK for block in function.blocks.values() for one in block.instructions)


def task_calls(function: Function) -> list[Instruction]:
    """Calls that start tasks, in order."""
    return [one for block in function.blocks.values() for one in block.instructions if one.detail == TASK]


def task_arguments(call: Instruction) -> tuple[list[Operand], list[int]]:
    """The streams of a task, and for each how many there are at that address."""
    rest = call.operands[2:]
    half = len(rest) // 2
    return list(rest[:half]), [max(1, operand.value) for operand in rest[half:]]


class NetworkLowering:
    """Joins processes by the streams that a top function declares. `processes` by LLVM function name.

    `outside`: names of ports of the processes that are ports of the top as they are (buses of array arguments).
    `fifos`: names of ports of processes that are joined by name: arrays between stages that are FIFOs.
    """

    def __init__(
        self,
        function: Function,
        module: LlvmModule,
        pragmas: dict[ObjectKey, ObjectPragmas],
        processes: dict[str, Process],
        problems: list[Problem],
        outside: frozenset[str] = frozenset(),
        fifos: Mapping[str, ObjectPragmas] | None = None,
    ) -> None:
        self._function = function
        self._outside = outside
        self._fifos = fifos or {}
        self._beyond: list[StreamPort] = []
        self._module = module
        self._pragmas = pragmas
        self._processes = processes
        self._problems = problems
        self._defined = definitions(function)
        self._declared: dict[str, _Declared] = {}
        self._elements_declared: dict[End, _Declared] = {}  # streams that are members, or elements of an array
        self._find_declared()
        self._counts = self._port_counts()
        self._made: dict[End, Stream | StreamPort] = {}
        self._ends: dict[End, list[tuple[str, bool]]] = {}

    def run(self, name: str) -> Network:
        """The network; problems are added to the list."""
        network = Network(name)
        for number, call in enumerate(task_calls(self._function)):
            instance = self._instance(call, number)
            if instance is not None:
                network.instances.append(instance)
        self._drop_idle(network.instances)
        order = {one.name: place for place, one in enumerate(self._function.parameters)}
        ports = [(end, made) for end, made in self._made.items() if isinstance(made, StreamPort)]
        network.ports = [made for _, made in sorted(ports, key=lambda item: (order[item[0][0]], item[0][1]))]
        network.ports.extend(self._beyond)
        network.streams = [made for made in self._made.values() if isinstance(made, Stream)]
        self._check()
        return network

    def _port_counts(self) -> dict[str, int]:
        """Parameter -> number of streams, as the tasks that use it say."""
        counts = {one.name: max(1, one.bytes) for one in self._function.parameters if isinstance(one.type, PointerType)}
        for call in task_calls(self._function):
            for operand, size in zip(*task_arguments(call), strict=True):
                if operand.name in counts:
                    counts[operand.name] = max(counts[operand.name], size)
        return counts

    def _find_declared(self) -> None:
        for block in self._function.blocks.values():
            for one in block.instructions:
                if one.opcode == "call" and one.detail == DECLARE:
                    owner = self._owner(one.operands[0], frozenset())
                    if owner is not None:
                        pragmas = self._pragmas.get((self._function.name, owner), ObjectPragmas())
                        count = max(1, bytes_of(self._defined[owner][1]))
                        made = _Declared(one.operands[1].value, one.operands[2].value, count, pragmas)
                        self._declared[owner] = made
                        end = self._address(one.operands[0])
                        if end is not None:
                            self._elements_declared[end] = made

    def _owner(self, operand: Operand, seen: frozenset[str]) -> str | None:
        """The alloca behind an address, loops over arrays included."""
        if operand.kind is not OperandKind.LOCAL or operand.name not in self._defined or operand.name in seen:
            return None
        one = self._defined[operand.name][1]
        if one.opcode == "alloca":
            return operand.name
        candidates = one.operands[:1] if one.opcode == "getelementptr" else one.operands
        found = (self._owner(inner, seen | {operand.name}) for inner in candidates)
        return next((owner for owner in found if owner is not None), None)

    def _instance(self, call: Instruction, number: int) -> Instance | None:
        process = self._processes.get(call.operands[1].name)
        if process is None:
            self._problem(call, "hls::task", "a function of this translation unit", call.operands[1].name)
            return None
        name = _readable(call.operands[0].name) or f"{process.name}_{number}"
        bindings: list[Stream | StreamPort] = []
        arguments, sizes = task_arguments(call)
        unused = {place for place, _ in process.unused}
        named = self._outside | frozenset(self._fifos)
        formals = [port for port in process.ports if port.name not in named]
        for place, operand in enumerate(arguments):
            if place in unused:
                continue
            end = self._end(operand)
            if end is None:
                what = f"argument {place + 1} of {process.name}"
                self._problem(call, what, "a stream or port of the top function", operand.name)
                return None
            owner, first = end
            declared = self._declared.get(owner)
            total = declared.count if declared is not None else self._counts.get(owner, 1)
            count = min(sizes[place], total - first)
            for index in range(first, first + count):
                if len(bindings) < len(formals):
                    bindings.append(self._bind((owner, index), formals[len(bindings)], name, total))
        if len(bindings) != len(formals):
            self._problem(call, f"arguments of {process.name}", f"{len(formals)} streams", f"{len(bindings)}")
            return None
        beyond: list[Stream | StreamPort] = []
        for port in process.ports[len(formals) :]:
            if port.name in self._fifos:
                beyond.append(self._bind((port.name, 0), port, name, 1))
                continue
            made = replace(port)
            beyond.append(made)
            self._beyond.append(made)
        return Instance(name, process, (*bindings, *beyond))

    def _address(self, operand: Operand) -> End | None:
        """The alloca or parameter behind an address, and the bytes from its start."""
        constant = 0
        while operand.kind is OperandKind.LOCAL and operand.name in self._defined:
            one = self._defined[operand.name][1]
            if one.opcode == "alloca":
                return operand.name, constant
            if one.opcode != "getelementptr" or one.offset is None or one.offset.terms:
                return None
            constant += one.offset.constant
            operand = one.operands[0]
        return operand.name, constant

    def _end(self, operand: Operand) -> End | None:
        end = self._address(operand)
        return end if end is not None and (end[0] in self._declared or end[0] in self._counts) else None

    def _bind(self, end: End, port: StreamPort, instance: str, total: int) -> Stream | StreamPort:
        self._ends.setdefault(end, []).append((instance, port.is_input))
        found = self._made.get(end)
        if found is None:
            base = _readable(_INLINED.sub("", end[0]))
            name = base if total == 1 else f"{base}_{end[1]}"
            declared = self._elements_declared.get(end) or self._declared.get(end[0])
            if end[0] in self._fifos:
                pragmas = self._fifos[end[0]]
                declared = _Declared(pragmas.depth or DEFAULT_DEPTH, port.width, 1, pragmas)
            found = StreamPort(name, port.width, port.is_input) if declared is None else self._stream(name, declared)
            self._made[end] = found
        if found.width != port.width:
            text = f"{found.width} bits at {found.name}, {port.width} at {port.name} of {instance}"
            self._problem(None, f"stream {found.name}", "one width at both ends", text)
        return found

    def _stream(self, wanted: str, declared: _Declared) -> Stream:
        """Named as in the RTL, which has no two underscores in a row: the report and the simulation look for it."""
        name = re.sub("_{2,}", "_", wanted).strip("_")
        while any(isinstance(one, Stream) and one.name == name for one in self._made.values()):
            name += "_1"
        depth = declared.pragmas.depth or declared.depth or DEFAULT_DEPTH
        storage = declared.pragmas.storage
        return Stream(name, declared.width, depth, Storage.AUTO if storage is None else storage)

    def _drop_idle(self, instances: list[Instance]) -> None:
        """Takes ports that a process never accesses from streams of an array that other tasks use there."""
        ends = {id(made): end for end, made in self._made.items()}
        for process in {id(one.process): one.process for one in instances}.values():
            users = [one for one in instances if one.process is process]
            dropped: set[int] = set()
            for place, port in enumerate(process.ports):
                found = [ends.get(id(one.bindings[place])) for one in users] if port.name in process.idle else [None]
                if all(end is not None and self._others(end, port) for end in found):
                    dropped.add(place)
                    for one, end in zip(users, found, strict=True):
                        self._ends[end or ("", 0)].remove((one.name, port.is_input))
            process.ports = [port for place, port in enumerate(process.ports) if place not in dropped]
            for one in users if dropped else ():
                one.bindings = tuple(bound for place, bound in enumerate(one.bindings) if place not in dropped)

    def _others(self, end: End, port: StreamPort) -> bool:
        """Whether another task takes the side of a port that is never accessed."""
        return sum(is_input == port.is_input for _, is_input in self._ends[end]) > 1

    def _check(self) -> None:
        for end, users in self._ends.items():
            made = self._made[end]
            readers = [name for name, is_input in users if is_input]
            writers = [name for name, is_input in users if not is_input]
            if isinstance(made, Stream) and (len(readers) != 1 or len(writers) != 1):
                found = f"written by {', '.join(writers) or 'none'}; read by {', '.join(readers) or 'none'}"
                self._problem(None, f"stream {made.name}", "one task that writes and one that reads", found)
            elif isinstance(made, StreamPort) and len(users) != 1:
                self._problem(None, f"port {made.name}", "one task that uses it", ", ".join(name for name, _ in users))

    def _problem(self, call: Instruction | None, what: str, expected: str, found: str) -> None:
        place = self._module.locations.of(call.debug) if call is not None else self._function.location
        self._problems.append(problem_at(place, what, expected, found))


_INLINED = re.compile(r"(?<=.)(?:\.i\d*)+$")  # what inlining adds to a name


def _readable(name: str) -> str:
    name = name.lstrip("%").strip('"')
    return "".join(char if char.isalnum() else "_" for char in name)

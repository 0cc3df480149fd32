"""What all regions of one process share while it is lowered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.cfg import find_loops
from fpdeep_gen.hls.frontend.congruence import Congruence, congruences
from fpdeep_gen.hls.frontend.fences import Fence
from fpdeep_gen.hls.frontend.liveness import definitions, live_in
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import IntegerType, PointerType, Type, size_of
from fpdeep_gen.hls.frontend.objects import DataObject
from fpdeep_gen.hls.frontend.places import problem_at
from fpdeep_gen.hls.frontend.regions import FunctionPlan
from fpdeep_gen.hls.frontend.registers import shared_registers
from fpdeep_gen.hls.frontend.values import PortTable, StreamArgument
from fpdeep_gen.hls.ir import Location, Variable

_FIRST_WORD = re.compile(r"[A-Za-z_]\w*")


def bits_of(kind: Type) -> int:
    """Width of a value of the type; aggregates are their bytes in memory."""
    return kind.width if isinstance(kind, IntegerType) else 8 * size_of(kind)


@dataclass(eq=False, slots=True)
class ProcessContext:
    """`variables`: LLVM value -> the register that carries it.

    `starts`: region name and entry -> the register that says to start there. `accesses`: id(instruction) -> the number
    of a load or store of which `find_meetings` knows something.
    """

    function: Function
    module: LlvmModule
    plan: FunctionPlan
    objects: dict[str, DataObject]
    problems: list[Problem]
    streams: dict[str, StreamArgument] = field(default_factory=dict)
    ports: PortTable = field(default_factory=PortTable)
    variables: dict[str, Variable] = field(default_factory=dict)
    starts: dict[tuple[str, str], Variable] = field(default_factory=dict)
    defined: dict[str, tuple[str, Instruction]] = field(default_factory=dict)
    live: dict[str, frozenset[str]] = field(default_factory=dict)
    congruences: dict[str, Congruence] = field(default_factory=dict)
    accesses: dict[int, int] = field(default_factory=dict)
    fences: list[Fence] = field(default_factory=list)
    _registers: dict[str, Variable] = field(default_factory=dict)
    _names: dict[str, int] = field(default_factory=dict)

    def prepare(self, counts: Sequence[int]) -> None:
        """Works out which values need registers. `counts`: streams of each argument, where the caller knows."""
        self.defined = definitions(self.function)
        self.live = live_in(self.function, self.defined)
        self.congruences = congruences(self.function)
        for place, one in enumerate(self.function.parameters):
            if isinstance(one.type, PointerType):
                count = counts[place] if place < len(counts) else max(1, one.bytes)
                self.streams[one.name] = StreamArgument(one.name, count)
        bounds = _counter_bits(self.function, self.defined)
        entries = [entry for plan in self.plan.regions for entry in plan.entries]
        shared = shared_registers(self.function, entries, self.live, self.defined)
        for plan in self.plan.regions:
            for entry in plan.entries:
                phis = [one.name for one in self.function.blocks[entry].phis()]
                for name in [*phis, *sorted(self.live[entry])]:
                    self._add_variable(name, bounds, shared)
            if len(plan.entries) > 1:
                for place, entry in enumerate(plan.entries):
                    first = plan is self.plan.regions[0] and place == 0
                    name = self.unique(f"starts_{place}_{_readable(plan.name)}")
                    self.starts[plan.name, entry] = Variable(name, 1, int(first))

    def _add_variable(self, name: str, bounds: dict[str, int], shared: dict[str, str]) -> None:
        if name in self.variables or name not in self.defined:
            return
        instruction = self.defined[name][1]
        if isinstance(instruction.type, PointerType):
            place = self.module.locations.of(instruction.debug)
            self.problem(place, "an address", "a value that stays within one step", "an address or word kept in a loop")
            return
        width = bounds.get(name, bits_of(instruction.type))
        place = self.module.locations.of(instruction.debug)
        group = shared.get(name, name)
        register = self._registers.get(group)
        if register is None:
            register = self._registers[group] = Variable(self.unique(_readable(name)), width, 0, place)
        register.width = max(register.width, width)
        self.variables[name] = register

    def unique(self, name: str) -> str:
        """`name`, with a number when it was given out before."""
        count = self._names.get(name, 0)
        self._names[name] = count + 1
        return name if count == 0 else f"{name}_{count}"

    def problem(self, place: Location | None, what: str, expected: str, found: str, hint: str = "") -> None:
        """Notes something that the front end cannot take."""
        problem = problem_at(place or self.function.location, what, expected, found, hint)
        if problem not in self.problems:
            self.problems.append(problem)


def _readable(name: str) -> str:
    match = _FIRST_WORD.search(name)
    return match[0] if match is not None else "value"


def _counter_bits(function: Function, defined: dict[str, tuple[str, Instruction]]) -> dict[str, int]:
    """Width of loop counters that run from a constant up to a constant: phi [init], [phi + step] and one exit test."""
    found: dict[str, int] = {}
    for loop in find_loops(function).loops.values():
        if len(loop.latches) != 1:
            continue
        latch = function.blocks[loop.latches[0]]
        branch = latch.instructions[-1]
        if len(branch.targets) != 2 or not branch.operands or branch.operands[0].name not in defined:
            continue
        test = defined[branch.operands[0].name][1]
        if test.opcode != "icmp" or test.operands[1].kind is not OperandKind.INTEGER:
            continue
        stays = branch.targets[0] == loop.header
        for phi in function.blocks[loop.header].phis():
            bits = _bits_of_counter(phi, latch.name, test, stays, defined)
            if bits is not None:
                found[phi.name] = bits
    return found


_STAY_WHILE = {True: ("slt", "ult", "ne"), False: ("eq", "sge", "uge")}


def _bits_of_counter(
    phi: Instruction, latch: str, test: Instruction, stays: bool, defined: dict[str, tuple[str, Instruction]]
) -> int | None:
    starts = [operand for operand, source in zip(phi.operands, phi.targets, strict=True) if source != latch]
    nexts = [operand for operand, source in zip(phi.operands, phi.targets, strict=True) if source == latch]
    if len(nexts) != 1 or any(one.kind is not OperandKind.INTEGER or one.value < 0 for one in starts):
        return None
    step = defined.get(nexts[0].name)
    if step is None or step[1].opcode != "add" or step[1].operands[0].name != phi.name:
        return None
    add = step[1].operands[1]
    limit = test.operands[1].value
    if add.kind is not OperandKind.INTEGER or add.value < 1 or test.operands[0].name != nexts[0].name:
        return None
    if test.detail not in _STAY_WHILE[stays] or limit < max(one.value for one in starts):
        return None
    if test.detail in ("ne", "eq") and any((limit - one.value) % add.value for one in starts):
        return None
    return max(1, (limit - 1).bit_length(), *(one.value.bit_length() for one in starts))

"""How far a function reaches from each pointer that it is given, where C++ does not say how many elements there are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.cfg import LoopForest, find_loops
from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_text import parse_module
from fpdeep_gen.hls.frontend.llvm_types import IntegerType, size_of
from fpdeep_gen.hls.frontend.optimise import parse_assembly, run_passes
from fpdeep_gen.hls.frontend.places import problem_at
from fpdeep_gen.hls.frontend.pointers import resolve_pointers
from fpdeep_gen.hls.frontend.rewriting import copied
from fpdeep_gen.hls.frontend.trip_counts import Trips, trip_counts
from fpdeep_gen.hls.frontend.unrolling import TRIPCOUNT
from fpdeep_gen.hls.ir import Location

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reach:
    """`end`: one byte past the last one that is used, None where the index is not known. `place`: such an access."""

    end: int | None
    place: Location | None


def read_reaches(llvm_text: str, function: str) -> tuple[dict[int, Reach], int]:
    """By the number of the parameter in LLVM, from its first byte, and how many there are; unused ones are left out.

    Known indices are constants and counters of loops with constant bounds, and what is worked out from these.
    """
    module = parse_assembly(llvm_text)
    for one in module.functions:
        if not one.is_declaration and one.name != function:
            one.linkage = "internal"
            one.add_function_attribute("alwaysinline")
    run_passes(module, ("always_inliner", "sroa", "simplify_cfg", "loop_simplify", "loop_rotate", "simplify_cfg"))
    parsed = parse_module(str(module), Path("-"))
    body = parsed.functions[f"@{function}"]
    resolve_pointers(body, parsed)
    reader = _Reader(body)
    found: dict[int, Reach] = {}
    for number, parameter in enumerate(body.parameters):
        for end, one in reader.ends(parameter.name):
            before = found.get(number)
            place = parsed.locations.of(one.debug) or body.location
            if before is None or (before.end is not None and (end is None or end > before.end)):
                found[number] = Reach(end, place)
    return found, len(body.parameters)


_SIZE = re.compile(r"call void @__hls_mark_layout\(i32 (?:noundef )?(-?\d+), .*, i32 (?:noundef )?(\d+)\)")


@dataclass(frozen=True, slots=True)
class Pointer:
    """A pointer or reference of the top: its number, its name, and whether elements behind the first are allowed."""

    place: int
    name: str
    is_pointer: bool


def elements_behind(
    llvm_text: str, function: str, pointers: Sequence[Pointer], formals: int, problems: list[Problem]
) -> dict[str, int]:
    """How many elements the function uses behind each pointer, by name; what it does not tell becomes a problem.

    `formals`: arguments in C++; a structure that is returned through memory comes in front of them. The text tells the
    size of what each points at (see `top.type_definitions`).
    """
    reaches, parameters = read_reaches(llvm_text, function)
    sizes = {int(match[1]): int(match[2]) for match in _SIZE.finditer(llvm_text)}
    found: dict[str, int] = {}
    for one in pointers:
        reach = reaches.get(one.place + parameters - formals)
        if reach is None:
            continue
        count = 1 if reach.end is None else -(-reach.end // sizes[one.place])
        if reach.end is None and one.is_pointer:
            hint = f"add #pragma HLS INTERFACE port={one.name} depth=, with the number of elements"
            text = "an index that is not known at compile time"
            problems.append(problem_at(reach.place, f"pointer {one.name}", "a known number of elements", text, hint))
        elif reach.end is None or (count > 1 and not one.is_pointer):
            text = "an access behind it"
            problems.append(problem_at(reach.place, f"reference {one.name}", "one value", text, "use an array"))
        found[one.name] = count
    return found


def streams_used(function: Function, parameter: str) -> int | None:
    """How many streams a function uses behind a pointer to the first; None where an index is not known."""
    ends = [end for end, _ in _Reader(copied(function, function.name)).ends(parameter, "@__hls_stream_")]
    known = [end for end in ends if end is not None]
    return max(known, default=0) if len(known) == len(ends) else None


class _Reader:
    """Ranges of a function's values."""

    def __init__(self, function: Function) -> None:
        self._function = function
        for block in function.blocks.values():  # what a pragma says of a loop is no bound
            block.instructions[:] = [one for one in block.instructions if one.detail != TRIPCOUNT]
        self._defined = definitions(function)
        self._forest: LoopForest = find_loops(function)
        self._trips: dict[str, Trips] = trip_counts(function, self._forest)
        self._ranges: dict[str, Range | None] = {}

    def ends(self, pointer: str, calls: str = "-") -> Iterator[tuple[int | None, Instruction]]:
        """One byte past each access through a pointer or what is derived from it.

        `calls`: how the names of functions begin that access the byte at their first argument.
        """
        starts: dict[str, int | None] = {pointer: 0}
        for block in self._function.blocks.values():
            for one in block.instructions:
                used = [operand for operand in one.operands if operand.name in starts and operand.name]
                if not used:
                    continue
                start = starts[used[0].name]
                if one.opcode == "getelementptr" and one.offset is not None:
                    starts[one.name] = self._start(start, one)
                elif one.opcode == "load":
                    yield (None if start is None else start + size_of(one.type)), one
                elif one.opcode == "store":
                    yield (None if start is None else start + size_of(one.operands[0].type)), one
                elif one.opcode == "call" and one.detail.startswith("@llvm.mem"):
                    size = one.operands[2]
                    told = start is not None and size.kind is OperandKind.INTEGER
                    yield (start + size.value if told and start is not None else None), one
                elif one.opcode == "phi" and block.name in self._forest.loops:
                    starts[one.name] = None
                elif one.opcode in ("phi", "select", "freeze"):
                    several = [starts[operand.name] for operand in used]
                    known = [start_of for start_of in several if start_of is not None]
                    starts[one.name] = max(known) if len(known) == len(several) else None
                elif one.opcode == "call" and one.detail.startswith(calls):
                    yield (None if start is None else start + 1), one
                elif one.opcode == "call" and not one.detail.startswith(("@llvm.", "@__hls_")):
                    yield None, one

    def _start(self, start: int | None, one: Instruction) -> int | None:
        """The greatest start of what an address points at; None: not known, or in front of the pointer."""
        assert one.offset is not None
        low = high = one.offset.constant
        for index, stride in one.offset.terms:
            between = self._range(index)
            if between is None:
                return None
            low += min(bound * stride for bound in between)
            high += max(bound * stride for bound in between)
        return None if start is None or low < 0 else start + high

    def _range(self, operand: Operand) -> Range | None:
        if operand.kind is OperandKind.INTEGER:
            return operand.value, operand.value
        if operand.name not in self._defined:
            return None
        if operand.name not in self._ranges:
            self._ranges[operand.name] = None  # of a value that hangs on itself
            block, one = self._defined[operand.name]
            self._ranges[operand.name] = self._fitting(one, self._made(one, block))
        return self._ranges[operand.name]

    def _fitting(self, one: Instruction, found: Range | None) -> Range | None:
        if found is None or not isinstance(one.type, IntegerType):
            return None
        most = 1 << one.type.width - 1
        return found if -most <= found[0] and found[1] < most else None

    def _made(self, one: Instruction, block: str) -> Range | None:
        if one.opcode == "phi":
            return self._counter(one, block) if block in self._forest.loops else self._either(list(one.operands))
        if one.opcode == "select":
            return self._either(list(one.operands[1:]))
        parts = [self._range(operand) for operand in one.operands]
        if one.opcode == "and" and one.operands[1].kind is OperandKind.INTEGER and one.operands[1].value >= 0:
            return 0, one.operands[1].value
        if not parts or any(part is None for part in parts):
            return None
        left, *others = [part for part in parts if part is not None]
        match one.opcode:
            case "sext" | "freeze" | "trunc":
                return left
            case "zext":
                return left if left[0] >= 0 else None
            case "add":
                return left[0] + others[0][0], left[1] + others[0][1]
            case "sub":
                return left[0] - others[0][1], left[1] - others[0][0]
            case "mul":
                corners = [a * b for a in left for b in others[0]]
                return min(corners), max(corners)
            case "shl" if others[0][0] == others[0][1] and 0 <= others[0][0] < 64:
                return left[0] << others[0][0], left[1] << others[0][0]
            case "lshr" | "ashr" if others[0][0] == others[0][1] and others[0][0] >= 0 and left[0] >= 0:
                return left[0] >> others[0][0], left[1] >> others[0][0]
        return None

    def _either(self, operands: list[Operand]) -> Range | None:
        found = [self._range(operand) for operand in operands if operand.kind is not OperandKind.UNDEFINED]
        known = [one for one in found if one is not None]
        if not known or len(known) != len(found):
            return None
        return min(low for low, _ in known), max(high for _, high in known)

    def _counter(self, phi: Instruction, header: str) -> Range | None:
        """A loop's counter: start, step and number of iterations are constants."""
        loop, trips = self._forest.loops[header], self._trips[header]
        arms = list(zip(phi.operands, phi.targets, strict=True))
        firsts = [operand for operand, source in arms if source not in loop.blocks]
        nexts = [operand for operand, source in arms if source in loop.blocks]
        first = self._either(firsts)
        if len(nexts) != 1 or nexts[0].name not in self._defined or first is None or trips.count is None:
            return None
        step = self._defined[nexts[0].name][1]
        same = step.opcode == "add" and step.operands[0].name == phi.name
        if not same or step.operands[1].kind is not OperandKind.INTEGER or len(loop.latches) != 1:
            return None
        last = step.operands[1].value * (int(trips.count.most) - (0 if trips.tests_first else 1))
        return min(first[0], first[0] + last), max(first[1], first[1] + last)

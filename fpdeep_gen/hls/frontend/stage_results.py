"""What a controller gets from the stages of a DATAFLOW region: scalars that they change, and when it waits for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fpdeep_gen.hls.frontend.cfg import dominates, edges_of, find_loops, immediate_dominators
from fpdeep_gen.hls.frontend.directions import always_written
from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Block, Function, Instruction, Offset, Operand, OperandKind, Parameter
from fpdeep_gen.hls.frontend.llvm_types import (
    POINTER,
    VOID,
    ArrayType,
    IntegerType,
    PointerType,
    StructType,
    Type,
    field_offset,
    size_of,
    stored_size,
)
from fpdeep_gen.hls.frontend.rewriting import base_of, local, plain_name, receive, send

if TYPE_CHECKING:
    from fpdeep_gen.hls.frontend.dataflow import DataflowExpansion


def different(calls: list[tuple[Block, Instruction]]) -> list[Instruction]:
    """Calls of stages that start again by themselves, without those that are as an earlier one."""
    return list({(call.detail, call.operands): call for _, call in reversed(calls)}.values())[::-1]


def users_of(owner: str, function: Function, root: Callable[[Operand], tuple[str, int]]) -> int:
    """How many instructions use an array, besides those that only compute addresses."""
    return sum(
        any(root(operand)[0] == owner for operand in one.operands if isinstance(operand.type, PointerType))
        for block in function.blocks.values()
        for one in block.instructions
        if one.opcode not in ("getelementptr", "alloca") and not one.detail.startswith("@llvm.lifetime")
    )


def check_uses(
    whole: "DataflowExpansion",
    function: Function,
    actual: Operand,
    call: Instruction,
    calls: list[tuple[Block, Instruction]],
) -> None:
    """Refuses code between the calls that uses what a stage computes: the controller has it behind the last call."""
    block = next(block for block, one in calls if one is call)
    own = [one for one in block.instructions if any(one is other for _, other in calls)]
    places = {id(one): place for place, one in enumerate(block.instructions)}
    defined = definitions(function)
    owner = base_of(actual, defined)
    for one in block.instructions[places[id(call)] + 1 : places[id(own[-1])]]:
        if one.opcode == "getelementptr" or one.detail.startswith("@llvm.lifetime"):
            continue
        if any(base_of(operand, defined) == owner for operand in one.operands):
            hint = "compute what follows from it in the stage that uses it"
            expected = "a result that the region uses behind its last stage"
            whole.refuse(call, function, plain_name(actual.name), expected, "an earlier use", hint)
            return


Leaf = tuple[int, IntegerType]  # a number of a variable: its first byte
MOST_NUMBERS = 16
"""Of a result: each has a stream of its own."""


def numbers_of(kind: Type, at: int = 0) -> list[Leaf]:
    """The numbers of a variable; none of one that holds anything else."""
    parts: list[tuple[int, Type]] = []
    match kind:
        case IntegerType():
            return [(at, kind)]
        case ArrayType(count, element) if count <= MOST_NUMBERS:
            parts = [(at + place * size_of(element), element) for place in range(count)]
        case StructType(fields):
            parts = [(at + field_offset(kind, place), one) for place, one in enumerate(fields)]
    found = [numbers_of(one, start) for start, one in parts]
    return [leaf for some in found for leaf in some] if all(found) else []


@dataclass(frozen=True, slots=True)
class Result:
    """A variable that a stage changes for the controller, as `actual`: one to `MOST_NUMBERS` numbers."""

    call: Instruction
    parameter: Parameter
    actual: Operand
    kind: Type

    def streams(self, stage: str) -> list[tuple[str, str, IntegerType]]:
        """Of each number the name of a stream, without what is behind it, outside and inside, and its type."""
        leaves = numbers_of(self.kind)
        ends = [""] if len(leaves) == 1 else [f"_{place}" for place in range(len(leaves))]
        name = self.parameter.name
        return [
            (f"{stage}_{plain_name(name)}{end}", f"{name}{end}", kind)
            for end, (_, kind) in zip(ends, leaves, strict=True)
        ]

    def given(self, stage: str) -> tuple[list[Instruction], list[Instruction]]:
        """What the controller sends before the stage begins, and what that does with it."""
        before: list[Instruction] = []
        head: list[Instruction] = []
        debug = self.call.debug
        for (outer, inner, kind), (at, _) in zip(self.streams(stage), numbers_of(self.kind), strict=True):
            value = Operand(OperandKind.LOCAL, kind, f"{outer}_given.value")
            place = _place(before, f"{outer}_given.place", self.actual, at, debug)
            before.append(Instruction(value.name, "load", kind, (place,), debug=debug))
            before += send(f"{outer}_given", f"{outer}_given.word", value, debug)
            head += receive(f"{inner}.given", f"{inner}.first", kind, debug)
            first = Operand(OperandKind.LOCAL, kind, f"{inner}.first")
            place = _place(head, f"{inner}.first.place", local(self.parameter.name), at, debug)
            head.append(Instruction("", "store", VOID, (first, place), debug=debug))
        return before, head

    def made(self, stage: str) -> tuple[list[Instruction], list[Instruction]]:
        """What the stage sends when it ends, and what the controller does with it."""
        tail: list[Instruction] = []
        after: list[Instruction] = []
        debug = self.call.debug
        for (outer, inner, kind), (at, _) in zip(self.streams(stage), numbers_of(self.kind), strict=True):
            last = Operand(OperandKind.LOCAL, kind, f"{inner}.last")
            place = _place(tail, f"{inner}.last.place", local(self.parameter.name), at, debug)
            tail.append(Instruction(last.name, "load", kind, (place,), debug=debug))
            tail += send(f"{inner}.made", f"{inner}.word", last, debug)
            got = Operand(OperandKind.LOCAL, kind, f"{outer}_made.value")
            after += receive(f"{outer}_made", got.name, kind, debug)
            place = _place(after, f"{outer}_made.place", self.actual, at, debug)
            after.append(Instruction("", "store", VOID, (got, place), debug=debug))
        return tail, after

    def is_given(self, whole: "DataflowExpansion") -> bool:
        """Whether something of what was there before may be read, or come back."""
        callee, name = whole.callee(self.call), self.parameter.name
        written = always_written(callee, name)
        kept = any(not written.issuperset(range(at, at + stored_size(kind))) for at, kind in numbers_of(self.kind))
        return kept or whole.touches(callee, name)[0]


def _place(code: list[Instruction], name: str, whole: Operand, at: int, debug: int) -> Operand:
    """The address of a number of a variable; what works it out goes into the code."""
    if not at:
        return whole
    code.append(Instruction(name, "getelementptr", POINTER, (whole,), offset=Offset(at, ()), debug=debug))
    return local(name)


def scattered(function: Function, calls: list[tuple[Block, Instruction]]) -> list[Instruction]:
    """The calls that no controller can start once each, one behind the other: in loops or under conditions.

    None where one block has all calls: a controller goes around that as often as it likes.
    """
    blocks = list(dict.fromkeys(block.name for block, _ in calls))
    if len(blocks) < 2:
        return []
    idom = immediate_dominators(function.entry.name, edges_of(function))
    forest = find_loops(function)
    ends = [name for name, block in function.blocks.items() if block.instructions[-1].opcode == "ret"]
    wrong = {
        name
        for name in blocks
        if forest.innermost(name) is not None or not all(dominates(name, end, idom) for end in ends)
    }
    return [call for block, call in calls if block.name in wrong]


def waits_at_return(whole: "DataflowExpansion", function: Function, calls: list[tuple[Block, Instruction]]) -> bool:
    """Whether the controller waits at its end; else behind the last start of the one block that has the calls."""
    if found := scattered(function, calls):
        hint = "call each stage once, one behind the other, and put conditions and loops into the stages"
        expected = "stages that are called one behind the other"
        told = "stages called under conditions or in parts of a loop"
        whole.refuse(found[0], function, "DATAFLOW", expected, told, hint)
    return len({block.name for block, _ in calls}) > 1

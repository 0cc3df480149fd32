"""What a controller gets from the stages of a DATAFLOW region: scalars that they change, and when it waits for them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from fpdeep_gen.hls.frontend.cfg import dominates, edges_of, find_loops, immediate_dominators
from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Block, Function, Instruction, Operand, OperandKind, Parameter
from fpdeep_gen.hls.frontend.llvm_types import POINTER, VOID, IntegerType, PointerType
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


def result_of_stage(
    whole: "DataflowExpansion",
    call: Instruction,
    parameter: Parameter,
    actual: Operand,
    kind: IntegerType,
    stage: str,
    head: list[Instruction],
    tail: list[Instruction],
) -> tuple[list[Instruction], list[Instruction]]:
    """A scalar that the stage changes for the controller: what that sends (if the stage reads it) and gets.

    The stage has a variable of its own, and sends its last value when it ends.
    """
    name, debug = parameter.name, call.debug
    outer = f"{stage}_{plain_name(name)}"
    head.append(Instruction(name, "alloca", POINTER, element=kind, debug=debug))
    before: list[Instruction] = []
    if whole.touches(whole.callee(call), name)[0]:
        value = Operand(OperandKind.LOCAL, kind, f"{outer}_given.value")
        before.append(Instruction(value.name, "load", kind, (actual,), debug=debug))
        before += send(f"{outer}_given", f"{outer}_given.word", value, debug)
        head += receive(f"{name}.given", f"{name}.first", kind, debug)
        first = Operand(OperandKind.LOCAL, kind, f"{name}.first")
        head.append(Instruction("", "store", VOID, (first, local(name)), debug=debug))
    last = Operand(OperandKind.LOCAL, kind, f"{name}.last")
    tail.append(Instruction(last.name, "load", kind, (local(name),), debug=debug))
    tail += send(f"{name}.made", f"{name}.word", last, debug)
    got = Operand(OperandKind.LOCAL, kind, f"{outer}_made.value")
    after = receive(f"{outer}_made", got.name, kind, debug)
    after.append(Instruction("", "store", VOID, (got, actual), debug=debug))
    return before, after


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

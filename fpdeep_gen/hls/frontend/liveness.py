"""Which values each block needs from before it. Addresses count as the values they are computed from."""

from collections.abc import Iterator

from fpdeep_gen.hls.frontend.cfg import edges_of, reverse_postorder
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import PointerType


def definitions(function: Function) -> dict[str, tuple[str, Instruction]]:
    """Value -> its block and instruction."""
    return {one.name: (block.name, one) for block in function.blocks.values() for one in block.instructions if one.name}


def live_in(function: Function, defined: dict[str, tuple[str, Instruction]]) -> dict[str, frozenset[str]]:
    """For each block the values, other than its own phis, that are needed at its start or later."""
    edges = edges_of(function)
    used: dict[str, set[str]] = {name: set() for name in function.blocks}
    at_end: dict[str, set[str]] = {name: set() for name in function.blocks}
    made: dict[str, set[str]] = {name: set() for name in function.blocks}
    for name, (where, _) in defined.items():
        made[where].add(name)
    for block in function.blocks.values():
        for one in block.instructions:
            if one.opcode == "phi":
                for operand, source in zip(one.operands, one.targets, strict=True):
                    at_end[source].update(_needs(operand, defined))
            elif one.opcode not in ("getelementptr", "alloca"):
                used[block.name].update(need for operand in one.operands for need in _needs(operand, defined))
    order = reverse_postorder(function.entry.name, edges)
    order.reverse()
    found: dict[str, frozenset[str]] = {name: frozenset() for name in function.blocks}
    changed = True
    while changed:
        changed = False
        for name in order:
            after = set(at_end[name])
            for child in edges[name]:
                after |= found[child]
            now = frozenset((after | used[name]) - made[name])
            if now != found[name]:
                found[name] = now
                changed = True
    return found


def _needs(operand: Operand, defined: dict[str, tuple[str, Instruction]]) -> Iterator[str]:
    if operand.kind is not OperandKind.LOCAL or operand.name not in defined:
        return
    one = defined[operand.name][1]
    if one.opcode == "alloca":
        return
    if one.opcode == "getelementptr" and one.offset is not None:
        yield from _needs(one.operands[0], defined)
        for index, _ in one.offset.terms:
            yield from _needs(index, defined)
    elif one.opcode == "select" and isinstance(one.type, PointerType):
        for inner in one.operands:
            yield from _needs(inner, defined)
    else:
        yield operand.name

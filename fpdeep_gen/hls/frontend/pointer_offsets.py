"""Pointers that point into an object at one place alone: they need no index there, whatever else they may point at."""

from collections.abc import Container, Mapping, Sequence

from fpdeep_gen.hls.frontend.llvm_ir import Instruction, Operand, OperandKind

Offsets = dict[str, int | None]
"""Bytes from the start of each object that a pointer may point into; None: several."""


def phi_offsets(
    phis: Sequence[Instruction],
    names: set[str],
    defined: Mapping[str, tuple[str, Instruction]],
    parameters: Container[str],
) -> dict[str, Offsets]:
    """Of each phi the objects that it may point into, and where. `names`: the pointers that phis are made of.

    Offsets of all pointers are joined until nothing changes.
    """
    offsets: dict[str, Offsets] = {}
    steps = [*(defined[name][1] for name in sorted(names) if name in defined)]
    steps += [one for one in phis if one.name not in names]
    changed = True
    while changed:
        changed = False
        for one in steps:
            now = _joined(one, offsets, parameters)
            if now != offsets.get(one.name):
                offsets[one.name], changed = now, True
    return {one.name: offsets[one.name] for one in phis}


def _joined(one: Instruction, known: Mapping[str, Offsets], parameters: Container[str]) -> Offsets:
    if one.opcode == "alloca":
        return {one.name: 0}
    found: Offsets = {}
    if one.opcode == "getelementptr" and one.offset is not None:
        by = one.offset
        base = _offsets_at(one.operands[0], known, parameters)
        found = {name: None if at is None or by.terms else at + by.constant for name, at in base.items()}
    else:
        for operand in one.operands:
            for name, at in _offsets_at(operand, known, parameters).items():
                found[name] = at if found.get(name, at) == at else None
    before = known.get(one.name, {})
    return {name: None if before.get(name, at) != at else at for name, at in found.items()}


def _offsets_at(operand: Operand, known: Mapping[str, Offsets], parameters: Container[str]) -> Offsets:
    if operand.kind is OperandKind.GLOBAL:
        return {operand.name: operand.value}
    if operand.name in parameters:
        return {operand.name: 0}
    return known.get(operand.name, {})

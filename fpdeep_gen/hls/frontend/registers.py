"""Which carried values may share a register: those that feed one another and are never needed at the same time.

A value that every level of a nest hands on is a phi at each loop header; registers hold values at the start of an
iteration only, so all of them can be one register where no iteration starts with two of them in use.
"""

from collections.abc import Iterable, Mapping

from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, OperandKind


def shared_registers(
    function: Function,
    entries: Iterable[str],
    live: Mapping[str, frozenset[str]],
    defined: Mapping[str, tuple[str, Instruction]],
) -> dict[str, str]:
    """Value -> the name of its group, for values that share. `entries`: blocks at which iterations start."""
    needed: dict[str, set[str]] = {}  # at which entries a value is needed
    phis: list[Instruction] = []
    for entry in dict.fromkeys(entries):
        own = list(function.blocks[entry].phis())
        phis.extend(own)
        for name in (*(one.name for one in own), *live[entry]):
            needed.setdefault(name, set()).add(entry)
    group = {name: name for name in needed}
    members = {name: [name] for name in needed}
    at = {name: set(where) for name, where in needed.items()}
    for phi in phis:
        for operand in phi.operands:
            if operand.kind is not OperandKind.LOCAL or operand.name not in group or operand.type != phi.type:
                continue
            first, second = group[phi.name], group[operand.name]
            if first == second or at[first] & at[second] or operand.name not in defined:
                continue
            for name in members[second]:
                group[name] = first
            members[first] += members.pop(second)
            at[first] |= at.pop(second)
    return group

"""ALIAS pragmas: arguments behind AXI4 masters that lie in one memory."""

from collections.abc import Iterator, Mapping

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.llvm_ir import LlvmModule
from fpdeep_gen.hls.frontend.pragma_kinds import Pragma
from fpdeep_gen.hls.frontend.signature import Signature
from fpdeep_gen.hls.interface import Protocol
from fpdeep_gen.hls.ir import Location

SHARED = "__hls_shared_memory"
"""LLVM takes arrays of different names for different memory; what this function gives may be any of them."""


def put_arrays(module: LlvmModule) -> None:
    """In the place of what SHARED gives, when no pass of LLVM follows: the array itself."""
    for function in module.functions.values():
        steps = [one for block in function.blocks.values() for one in block.instructions]
        given = {one.name: one.operands[0] for one in steps if one.detail == f"@{SHARED}"}
        if given:
            for block in function.blocks.values():
                block.instructions[:] = [one for one in block.instructions if one.name not in given]
            for one in steps:
                one.operands = tuple(given.get(operand.name, operand) for operand in one.operands)


def read_aliases(
    signature: Signature, modes: Mapping[str, tuple[Protocol, Pragma, Location]], problems: list[Problem]
) -> dict[str, str]:
    """For each argument of an ALIAS what it has in common with the others. `modes`: of INTERFACE, by argument."""
    found: dict[str, str] = {}
    for pragma, place in signature.pragmas:
        if pragma.kind != "alias":
            continue
        names = [name.strip() for name in pragma.options.get("ports", "").split(",")]
        wrong = list(_wrong(names, found, modes))
        for expected, text in wrong:
            problems.append(Problem(place.file, place.line, "pragma HLS ALIAS", expected, text))
        if not wrong:
            found |= dict.fromkeys(names, names[0])
    return found


def _wrong(
    names: list[str], before: Mapping[str, str], modes: Mapping[str, tuple[Protocol, Pragma, Location]]
) -> Iterator[tuple[str, str]]:
    if len(names) < 2:
        yield "ports=, two names at least", ", ".join(names) or "none"
    for name in names:
        mode = modes.get(name)
        if mode is None or mode[0] is not Protocol.AXI or mode[1].options.get("offset", "").lower() == "off":
            yield "arguments with INTERFACE m_axi and an address (offset=slave or direct)", name
        elif name in before or names.count(name) > 1:
            yield "each argument once", f"{name} again"

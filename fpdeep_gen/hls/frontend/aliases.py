"""ALIAS pragmas: arguments behind AXI4 masters that lie in one memory."""

from collections.abc import Iterator, Mapping

from fpdeep_gen.errors import Problem
from fpdeep_gen.hls.frontend.pragma_kinds import Pragma
from fpdeep_gen.hls.frontend.signature import Signature
from fpdeep_gen.hls.interface import Protocol
from fpdeep_gen.hls.ir import Location


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

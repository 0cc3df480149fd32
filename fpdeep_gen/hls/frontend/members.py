"""Which elements of a variable each stage or task reads and writes: stages may use members of one object each.

Every process has the variable for itself, its hardware only the elements that it uses. So several may use it as long as
none writes what another one uses; what all of them only read, each reads in a copy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from fpdeep_gen.hls.frontend.accesses import elements_at, places_of, touched
from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Function, Global
from fpdeep_gen.hls.frontend.object_pragmas import ObjectPragmas
from fpdeep_gen.hls.frontend.objects import Access, DataObject, UnsupportedAccess

_SILENT = ("@llvm.lifetime", "@llvm.assume", "@llvm.dbg", "@llvm.experimental", "@__hls_mark", "@__hls_fence")


@dataclass(frozen=True, slots=True)
class Element:
    """A member by its path of structure fields and, for each array around it, the index; None: any."""

    path: tuple[int, ...]
    indices: tuple[int | None, ...]

    def meets(self, other: "Element") -> bool:
        """Whether the two may be one element."""
        pairs = zip(self.indices, other.indices, strict=False)
        return self.path == other.path and all(None in (one, two) or one == two for one, two in pairs)


@dataclass(frozen=True, slots=True)
class Members:
    """What a function uses and what it writes of a variable; None where that cannot be told."""

    used: frozenset[Element]
    written: frozenset[Element]


def members_of(function: Function, name: str, variable: Global) -> Members | None:
    """What a function does with a global variable."""
    defined = definitions(function)
    whole = DataObject(name, variable.type, "", False, ObjectPragmas(), None)
    used, written = set[Element](), set[Element]()
    for block in function.blocks.values():
        for one in block.instructions:
            accesses = touched(one)
            others = one.operands if one.opcode == "call" and not accesses else ()
            if not one.detail.startswith(_SILENT) and any(
                place.owner == name for operand in others for place in places_of(operand, defined)
            ):
                return None
            for operand, size, writes in accesses:
                for place in places_of(operand, defined):
                    if place.owner != name:
                        continue
                    try:
                        found = {_element(access) for access in elements_at(whole, place, size)}
                    except UnsupportedAccess:
                        return None
                    used |= found
                    written |= found if writes else set()
    return Members(frozenset(used), frozenset(written))


def _element(access: Access) -> Element:
    return Element(access.leaf.path, tuple(None if one.terms else one.constant for one in access.indices))


def disturbance(functions: Sequence[Function], name: str, variable: Global) -> tuple[str, str] | None:
    """Two of several functions of which the first may write what the second uses; None where there are none."""
    found = [(one, members_of(one, name, variable)) for one in functions]
    for (writer, wrote), (user, uses) in permutations(found, 2):
        if wrote is None or uses is None or any(one.meets(two) for one in wrote.written for two in uses.used):
            return writer.plain_name, user.plain_name
    return None

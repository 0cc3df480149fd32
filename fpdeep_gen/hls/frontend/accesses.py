"""The arrays and statics of a function, and a first look at how each is indexed (before anything is lowered)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fpdeep_gen.hls.frontend.liveness import definitions
from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import IntegerType, Type, size_of, stored_size
from fpdeep_gen.hls.frontend.object_pragmas import ObjectKey, ObjectPragmas
from fpdeep_gen.hls.frontend.objects import Access, DataObject, PaddingAccess, UnsupportedAccess
from fpdeep_gen.hls.ir import Location

MEMCPY = "@llvm.memcpy"
MEMSET = "@llvm.memset"
MEMMOVE = "@llvm.memmove"


@dataclass(frozen=True, slots=True)
class Place:
    """An address before lowering: indices are names."""

    owner: str
    constant: int
    terms: tuple[tuple[object, int], ...]


def collect_objects(
    function: Function, module: LlvmModule, pragmas: dict[ObjectKey, ObjectPragmas]
) -> tuple[dict[str, DataObject], list[tuple[Location | None, str]]]:
    """Objects by LLVM name, and the accesses that fit none of their elements."""
    defined = definitions(function)
    objects: dict[str, DataObject] = {}
    for name, (_, one) in defined.items():
        if one.opcode == "alloca" and one.element is not None:
            found = pragmas.get((function.name, name)) or pragmas.get((function.name, name.partition(".sroa")[0]))
            place = module.locations.of(one.debug)
            objects[name] = DataObject(readable_name(name), one.element, "", False, found or ObjectPragmas(), place)
    for name, variable in module.globals.items():
        found = pragmas.get(("", name))
        text = variable.initial
        objects[name] = DataObject(
            readable_name(name), variable.type, text, variable.is_constant, found or ObjectPragmas(), function.location
        )
    _alias_tables(function, objects, defined)
    refused: list[tuple[Location | None, str]] = []
    for block in function.blocks.values():
        for one in block.instructions:
            try:
                _note(one, objects, defined)
            except UnsupportedAccess as error:
                refused.append((module.locations.of(one.debug), str(error)))
    return objects, refused


def readable_name(name: str) -> str:
    """A readable name: the last part of a mangled static's name, or the local's own."""
    name = name.lstrip("%@").strip('"')
    if name.startswith("_ZZ"):
        tail = name[name.rindex("E") + 1 :] if "E" in name else name
        digits = len(tail) - len(tail.lstrip("0123456789"))
        tail = tail[digits:] if digits else tail
        name = tail.partition("_")[0] if tail.endswith("_") else tail
    elif name.startswith(("_ZN", "_ZL")):
        name = name.rstrip("E")[3:].lstrip("0123456789L")
    name = name.partition(".")[0] if not name.startswith("__const") else name.split(".")[-1]
    return "".join(char if char.isalnum() else "_" for char in name) or "object"


def places_of(
    operand: Operand, defined: Mapping[str, tuple[str, Instruction]], seen: frozenset[str] = frozenset()
) -> Iterator[Place]:
    """Every object that an address may point into."""
    if operand.kind is OperandKind.GLOBAL:
        yield Place(operand.name, operand.value, ())
        return
    if operand.kind is not OperandKind.LOCAL or operand.name in seen or operand.name not in defined:
        return
    one = defined[operand.name][1]
    seen = seen | {operand.name}
    if one.opcode == "alloca":
        yield Place(operand.name, 0, ())
    elif one.opcode == "getelementptr" and one.offset is not None:
        terms = tuple((index.name, stride) for index, stride in one.offset.terms)
        for place in places_of(one.operands[0], defined, seen):
            yield Place(place.owner, place.constant + one.offset.constant, (*place.terms, *terms))
    elif one.opcode in ("select", "phi"):
        for inner in one.operands[1:] if one.opcode == "select" else one.operands:
            yield from places_of(inner, defined, seen)


def single_place(operand: Operand, defined: Mapping[str, tuple[str, Instruction]]) -> Place | None:
    """The one object that an address points into; None where there are several, or none is known."""
    found = list(places_of(operand, defined))
    return found[0] if len(found) == 1 else None


def touched_size(one: Instruction) -> int:
    """Bytes that a load or store touches."""
    return sum(size for _, size, _ in touched(one))


def touched(one: Instruction) -> list[tuple[Operand, int, bool]]:
    """Addresses and byte counts that an instruction reads or writes, and whether it writes there."""
    if one.opcode == "load":
        return [(one.operands[0], stored_size(one.type), False)]
    if one.opcode == "store":
        return [(one.operands[1], stored_size(one.operands[0].type), True)]
    if one.opcode == "call" and one.detail.startswith((MEMCPY, MEMMOVE)):
        return [(one.operands[0], one.operands[2].value, True), (one.operands[1], one.operands[2].value, False)]
    if one.opcode == "call" and one.detail.startswith(MEMSET):
        return [(one.operands[0], one.operands[2].value, True)]
    return []


def elements_at(owner: DataObject, place: Place, size: int) -> Iterator[Access]:
    """The elements in `size` bytes from a place on. Raises UnsupportedAccess."""
    at = 0
    while at < max(size, 1):
        try:
            access = owner.access(place.constant + at, place.terms)
        except PaddingAccess:
            at += 1
            continue
        yield access
        at += size_of(IntegerType(access.leaf.width)) - access.bit // 8


def _note(one: Instruction, objects: dict[str, DataObject], defined: dict[str, tuple[str, Instruction]]) -> None:
    for operand, size, _ in touched(one):
        for place in places_of(operand, defined):
            target = objects.get(place.owner)
            if target is not None:
                for access in elements_at(target, place, size):
                    target.note(access)


def _alias_tables(
    function: Function, objects: dict[str, DataObject], defined: dict[str, tuple[str, Instruction]]
) -> None:
    """A local that is only ever filled once from a constant is that constant (`const int t[] = {...}`)."""
    writes: dict[str, list[Instruction]] = {}
    for block in function.blocks.values():
        for one in block.instructions:
            target = one.operands[1] if one.opcode == "store" else None
            if one.opcode == "call" and one.detail.startswith((MEMCPY, MEMSET, MEMMOVE)):
                target = one.operands[0]
            if target is not None:
                for place in places_of(target, defined):
                    writes.setdefault(place.owner, []).append(one)
    for name, all_writes in writes.items():
        one = all_writes[0]
        if len(all_writes) != 1 or one.opcode != "call" or not one.detail.startswith(MEMCPY):
            continue
        source, target = one.operands[1], one.operands[0]
        table = objects.get(source.name)
        whole = target.name == name and name in objects and size_of(objects[name].type) == one.operands[2].value
        if whole and table is not None and table.is_constant and source.value == 0 and _same(table.type, objects[name]):
            objects[name] = table


def _same(kind: Type, other: DataObject) -> bool:
    return kind == other.type

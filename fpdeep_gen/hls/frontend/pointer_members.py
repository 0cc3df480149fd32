"""Pointers and references in objects that also hold arrays (a lock, a class of a stream and a buffer) as variables.

LLVM promotes a variable to values only where no part of it has an index of run time. Such members are therefore taken
out of their object, in the text; what else the object holds stays as it is.
"""

from collections.abc import Iterator

from fpdeep_gen.hls.frontend.llvm_ir import Function, Instruction, LlvmModule, Operand, OperandKind
from fpdeep_gen.hls.frontend.llvm_types import PointerType, StructType, Type, field_offset, stored_size

_POINTER_BYTES = 8
_PASSIVE = ("@llvm.lifetime.", "@__hls_")
_COPIES = ("@llvm.memcpy", "@llvm.memmove", "@llvm.memset")
Where = tuple[int, bool]  # bytes from the start of an object; whether it is further on, by an index of run time


def with_pointers_apart(text: str, module: LlvmModule) -> str:
    """The text with a variable for each such member; as it was where there is none."""
    edits: dict[str, dict[str, list[str]]] = {}
    for function in module.functions.values():
        found = dict(_edits(function))
        if found:
            edits[function.name] = found
    return "\n".join(_edited(text, edits)) if edits else text


def _edited(text: str, edits: dict[str, dict[str, list[str]]]) -> Iterator[str]:
    current: dict[str, list[str]] = {}
    for line in text.split("\n"):
        if line.startswith("define "):
            current = next((found for name, found in edits.items() if f" {name}(" in line), {})
        statement, comma, rest = line.partition(", align")
        lines = current.get(statement)
        if lines is None:
            yield line
        else:
            yield lines[0] + comma + rest
            yield from lines[1:]


def _edits(function: Function) -> Iterator[tuple[str, list[str]]]:
    """Statements without alignment, and the lines in their place."""
    steps = [one for block in function.blocks.values() for one in block.instructions]
    for number, owner in enumerate(one for one in steps if one.opcode == "alloca"):
        assert owner.element is not None
        offsets = set(_pointers(owner.element, 0)) if isinstance(owner.element, StructType) else set()
        accesses = _accesses(owner, steps, offsets) if offsets else None
        if not accesses:
            continue
        names = {at: f"%pointer.{number}.{at}" for at in sorted({at for _, at in accesses})}
        kind = f"  {owner.name} = alloca {owner.detail.partition(', align')[0]}"
        yield kind, [kind, *(f"  {name} = alloca ptr" for name in names.values())]
        for one, at in accesses:
            if one.opcode == "load":
                head, place = f"  {one.name} = load ptr, ptr ", one.operands[0].name
            else:
                head, place = f"  store ptr {one.operands[0].name}, ptr ", one.operands[1].name
            yield head + place, [head + names[at]]


def _accesses(owner: Instruction, steps: list[Instruction], offsets: set[int]) -> list[tuple[Instruction, int]] | None:
    """Loads and stores of the pointers at `offsets`; None where the object is used as a whole, or as anything else."""
    places: dict[str, Where] = {owner.name: (0, False)}
    count = 0
    while count != (count := len(places)):
        for one in steps:
            if one.opcode == "getelementptr" and one.operands[0].name in places and one.offset is not None:
                at, moves = places[one.operands[0].name]
                places[one.name] = at + one.offset.constant, moves or bool(one.offset.terms)
    found: list[tuple[Instruction, int]] = []
    for one in steps:
        used = [operand.name for operand in one.operands if operand.name in places]
        if not used or one.opcode == "getelementptr" or one.detail.startswith(_PASSIVE):
            continue
        size = _size(one)
        if size is None or (one.opcode == "store" and one.operands[0].name in places):
            return None
        if isinstance(_kind(one), PointerType):
            at, moves = places[used[0]]
            if moves or at not in offsets:
                return None
            found.append((one, at))
        elif any(_meets(places[name], size, offsets) for name in used):
            return None
    return found


def _meets(place: Where, size: int, offsets: set[int]) -> bool:
    """Whether some bytes touch a pointer; what has an index of run time lies in an array, which has none."""
    at, moves = place
    return not moves and any(at < start + _POINTER_BYTES and start < at + size for start in offsets)


def _kind(one: Instruction) -> Type | None:
    """Of what is loaded or stored."""
    if one.opcode == "load":
        return one.type
    return one.operands[0].type if one.opcode == "store" else None


def _size(one: Instruction) -> int | None:
    """Bytes that are accessed; None: not known, or no access."""
    kind = _kind(one)
    if kind is not None:
        return stored_size(kind)
    is_known = one.detail.startswith(_COPIES) and one.operands[2].kind is OperandKind.INTEGER
    return one.operands[2].value if is_known else None


def _pointers(kind: Type, at: int) -> Iterator[int]:
    """Bytes from the start of a structure to its pointers, those in arrays left out."""
    if isinstance(kind, PointerType):
        yield at
    elif isinstance(kind, StructType):
        for place, one in enumerate(kind.fields):
            yield from _pointers(one, at + field_offset(kind, place))


def put_returned(function: Function) -> None:
    """In the place of what is taken out of a pair of pointers, as a function returns one: the pointer itself."""
    steps = [one for block in function.blocks.values() for one in block.instructions]
    pairs = {one.name: one for one in steps if one.opcode == "insertvalue"}
    put: dict[str, Operand] = {}
    for one in steps:
        if one.opcode != "extractvalue" or not isinstance(one.type, PointerType):
            continue
        pair = pairs.get(one.operands[0].name)
        while pair is not None and pair.indices != one.indices:
            pair = pairs.get(pair.operands[0].name)
        if pair is not None:
            put[one.name] = pair.operands[1]
    if not put:
        return
    for one in steps:
        one.operands = tuple(_put(operand, put) for operand in one.operands)
    used: set[str] = set()
    for block in function.blocks.values():  # backwards, as pairs are put together one by one
        block.instructions[:] = [one for one in block.instructions if one.name not in put]
    for one in reversed(steps):
        if one.name not in put and (one.name not in pairs or one.name in used):
            used.update(operand.name for operand in one.operands)
    for block in function.blocks.values():
        block.instructions[:] = [one for one in block.instructions if one.name not in pairs or one.name in used]


def _put(operand: Operand, put: dict[str, Operand]) -> Operand:
    while operand.name in put and operand.kind is OperandKind.LOCAL:
        operand = put[operand.name]
    return operand

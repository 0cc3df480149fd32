"""Initialisers of LLVM globals, from their text."""

from collections.abc import Iterator

from fpdeep_gen.hls.frontend.llvm_instructions import split_commas
from fpdeep_gen.hls.frontend.llvm_types import (
    ArrayType,
    IntegerType,
    OtherType,
    PointerType,
    StructType,
    Type,
    VoidType,
    field_offset,
    size_of,
)


def plain_type(kind: Type) -> Type:
    """Tables that end in zeros come as packed structures of several arrays; as one array of integers here."""
    if not _has_packed(kind):
        return kind
    leaves = set(_leaf_types(kind))
    if len(leaves) != 1:
        return kind
    (leaf,) = leaves
    return ArrayType(size_of(kind) // size_of(leaf), leaf)


def _has_packed(kind: Type) -> bool:
    if isinstance(kind, ArrayType):
        return _has_packed(kind.element)
    return isinstance(kind, StructType) and (kind.packed or any(_has_packed(one) for one in kind.fields))


def _leaf_types(kind: Type) -> Iterator[Type]:
    if isinstance(kind, ArrayType):
        yield from _leaf_types(kind.element)
    elif isinstance(kind, StructType):
        for one in kind.fields:
            yield from _leaf_types(one)
    else:
        yield kind


def plain_initial(kind: Type, text: str) -> str:
    """The initialiser of the one array."""
    found: dict[int, int] = {}
    _flatten(kind, text, 0, found)
    leaf = next(iter(_leaf_types(kind)))
    unit = size_of(leaf)
    return "[" + ", ".join(f"i {found.get(at, 0)}" for at in range(0, size_of(kind), unit)) + "]"


def _flatten(kind: Type, text: str, at: int, found: dict[int, int]) -> None:
    if text in ("zeroinitializer", "undef", "poison"):
        return
    if isinstance(kind, ArrayType) and text.startswith("c"):
        found.update({at + place: byte for place, byte in enumerate(_bytes(text))})
    elif isinstance(kind, ArrayType):
        for place, part in enumerate(split_commas(text[1:-1])):
            _flatten(kind.element, _value_of(part), at + place * size_of(kind.element), found)
    elif isinstance(kind, StructType):
        inner = text.strip("<>").strip()[1:-1].strip()
        for place, (one, part) in enumerate(zip(kind.fields, split_commas(inner), strict=False)):
            _flatten(one, _value_of(part), at + field_offset(kind, place), found)
    else:
        value = {"true": 1, "false": 0}.get(text)
        found[at] = int(text) if value is None else value


Initial = dict[tuple[int, ...], dict[tuple[int, ...], int]]


def read_initial(kind: Type, text: str) -> Initial:
    """Values by path of structure fields, then by indices of the array dimensions."""
    found: Initial = {}
    if text and text not in ("zeroinitializer", "undef", "poison"):
        _collect(kind, text, (), (), found)
    return found


def _collect(kind: Type, text: str, path: tuple[int, ...], place: tuple[int, ...], found: Initial) -> None:
    if text in ("zeroinitializer", "undef", "poison", "null"):
        return
    match kind:
        case IntegerType():
            value = {"true": 1, "false": 0}.get(text)
            found.setdefault(path, {})[place] = int(text) if value is None else value
        case ArrayType(_, element) if text.startswith("c"):
            for index, byte in enumerate(_bytes(text)):
                _collect(element, str(byte), path, (*place, index), found)
        case ArrayType(_, element):
            for index, part in enumerate(split_commas(text[1:-1])):
                _collect(element, _value_of(part), path, (*place, index), found)
        case StructType(fields):
            inner = text.strip("<>").strip()[1:-1].strip()
            for index, (one, part) in enumerate(zip(fields, split_commas(inner), strict=False)):
                more = (*path, index) if len(fields) > 1 else path
                _collect(one, _value_of(part), more, place, found)
        case PointerType() | VoidType() | OtherType():
            return


def _value_of(text: str) -> str:
    """Drops the type in front of a value."""
    if text[0] in "[{<":
        depth = 0
        for at, char in enumerate(text):
            depth += (char in "[{<") - (char in "]}>")
            if depth == 0:
                return text[at + 1 :].strip()
    if text.startswith('%"'):
        return text[text.index('"', 2) + 1 :].strip()
    return text.partition(" ")[2].strip()


def _bytes(text: str) -> Iterator[int]:
    body = text[2:-1]
    at = 0
    while at < len(body):
        if body.startswith("\\\\", at):
            yield ord("\\")
            at += 2
        elif body[at] == "\\":
            yield int(body[at + 1 : at + 3], 16)
            at += 3
        else:
            yield ord(body[at])
            at += 1

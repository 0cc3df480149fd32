"""LLVM types and their layout in memory (x86-64)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IntegerType:
    """`iN`."""

    width: int


@dataclass(frozen=True, slots=True)
class PointerType:
    """`ptr`."""


@dataclass(frozen=True, slots=True)
class VoidType:
    """`void`, and everything that carries no value here."""


@dataclass(frozen=True, slots=True)
class OtherType:
    """A type that hardware cannot take: floating point, SIMD vectors."""

    text: str


@dataclass(frozen=True, slots=True)
class ArrayType:
    """`[count x element]`."""

    count: int
    element: "Type"


@dataclass(frozen=True, slots=True)
class StructType:
    """`{ ... }`; named structures are resolved."""

    fields: tuple["Type", ...]
    packed: bool = False


Type = IntegerType | PointerType | VoidType | OtherType | ArrayType | StructType
POINTER = PointerType()
VOID = VoidType()


def alignment(kind: Type) -> int:
    """Bytes."""
    match kind:
        case IntegerType(width):
            size = 1
            while size * 8 < width and size < 16:
                size *= 2
            return min(size, 16) if width > 64 else size
        case ArrayType(_, element):
            return alignment(element)
        case StructType(fields, packed):
            return 1 if packed else max((alignment(one) for one in fields), default=1)
        case OtherType("float"):
            return 4
        case _:
            return 8


def size_of(kind: Type) -> int:
    """Bytes from one element of an array to the next."""
    match kind:
        case IntegerType(width):
            unit = alignment(kind)
            return -(-((width + 7) // 8) // unit) * unit
        case ArrayType(count, element):
            return count * size_of(element)
        case StructType():
            end, _ = _place(kind)
            return end
        case OtherType("float"):
            return 4
        case _:
            return 8


def stored_size(kind: Type) -> int:
    """Bytes that a load or store of the type touches: an i48 takes 6, though elements of an array lie 8 apart."""
    return (kind.width + 7) // 8 if isinstance(kind, IntegerType) else size_of(kind)


def field_offset(kind: StructType, index: int) -> int:
    """Bytes from the start of the structure."""
    return _place(kind)[1][index]


def _place(kind: StructType) -> tuple[int, list[int]]:
    end = 0
    places: list[int] = []
    for one in kind.fields:
        unit = 1 if kind.packed else alignment(one)
        end = -(-end // unit) * unit
        places.append(end)
        end += size_of(one)
    unit = alignment(kind)
    return -(-end // unit) * unit, places


class TypeReader:
    """Reads types at a place in a text; knows the module's named structures."""

    def __init__(self, named: Mapping[str, str]) -> None:
        self._named = named
        self._known: dict[str, Type] = {}

    def read(self, text: str, at: int = 0) -> tuple[Type, int]:
        """The type at `at` and the place behind it."""
        char = text[at]
        if char == "i" and text[at + 1].isdigit():
            end = at + 1
            while end < len(text) and text[end].isdigit():
                end += 1
            return IntegerType(int(text[at + 1 : end])), end
        if text.startswith("ptr", at):
            return POINTER, at + 3
        if text.startswith("void", at):
            return VOID, at + 4
        if char == "[":
            cut = text.index(" x ", at)
            element, end = self.read(text, cut + 3)
            return ArrayType(int(text[at + 1 : cut]), element), end + 1
        if char == "{" or text.startswith("<{", at):
            return self._structure(text, at)
        if char == "%":
            return self._name(text, at)
        end = at
        depth = 0
        while end < len(text) and (depth or text[end] not in " ,)]}"):
            depth += (text[end] in "<(") - (text[end] in ">)")
            end += 1
        return OtherType(text[at:end]), end

    def _structure(self, text: str, at: int) -> tuple[Type, int]:
        packed = text[at] == "<"
        at += 2 if packed else 1
        fields: list[Type] = []
        while True:
            while text[at] in " ,":
                at += 1
            if text[at] == "}":
                return StructType(tuple(fields), packed), at + (2 if packed else 1)
            one, at = self.read(text, at)
            fields.append(one)

    def _name(self, text: str, at: int) -> tuple[Type, int]:
        if text[at + 1] == '"':
            end = text.index('"', at + 2) + 1
        else:
            end = at + 1
            while end < len(text) and (text[end].isalnum() or text[end] in "._$-"):
                end += 1
        name = text[at:end]
        known = self._known.get(name)
        if known is None:
            body = self._named.get(name, "opaque")
            known = OtherType(name) if body == "opaque" else self.read(body)[0]
            self._known[name] = known
        return known, end

"""Arrays and statics: from LLVM's bytes to words. Every object is split into banks; a bank is a register or a memory.

An access is a byte offset `constant + sum(index * stride)`. It is matched with the nested arrays and structures of the
object's type, outermost first, which gives the leaf (a structure field) and an index for each array dimension.
Dimensions inside a structure (lanes of a vector), those a pragma partitions, and those that are only ever indexed by
constants are split into banks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

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
from fpdeep_gen.hls.frontend.optimise import ObjectPragmas
from fpdeep_gen.hls.ir import Location, Memory, Storage, Variable

Term = tuple[object, int]  # an index value (opaque here) and its stride in bytes


class UnsupportedAccess(ValueError):
    """The access fits no element; the text says why."""


@dataclass(frozen=True, slots=True)
class Index:
    """`constant + sum(value * factor)` in units of the dimension."""

    constant: int
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Dimension:
    """`in_structure`: it lies inside a structure, as the lanes of a vector do."""

    count: int
    in_structure: bool


@dataclass(eq=False, slots=True)
class Leaf:
    """All elements of the object with one path of structure fields. `constant_only[d]`: no other index was seen."""

    path: tuple[int, ...]
    width: int
    dimensions: tuple[Dimension, ...]
    constant_only: list[bool]
    banks: dict[tuple[int, ...], "Variable | Memory"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Access:
    """One leaf, an index for each dimension, and the bit within the element where the access starts."""

    leaf: Leaf
    indices: tuple[Index, ...]
    bit: int


class DataObject:
    """A static, a table or a local array. `initial` is LLVM's initialiser ("" for a local)."""

    def __init__(
        self, name: str, kind: Type, initial: str, is_constant: bool, pragmas: ObjectPragmas, location: Location | None
    ) -> None:
        self.name = name
        self.type = _plain_type(kind)
        if self.type is not kind and initial not in ("", "zeroinitializer"):
            initial = _plain_initial(kind, initial)
        self.is_constant = is_constant
        self.pragmas = pragmas
        self.location = location
        self.leaves: dict[tuple[int, ...], Leaf] = {}
        self._initial_text = initial
        self._initial: dict[tuple[int, ...], dict[tuple[int, ...], int]] | None = None

    def access(self, constant: int, terms: tuple[Term, ...]) -> Access:
        """The element at a byte offset. Raises UnsupportedAccess."""
        path: list[int] = []
        indices: list[Index] = []
        dimensions: list[Dimension] = []
        kind, rest, in_structure = self.type, list(terms), False
        while not isinstance(kind, IntegerType):
            if isinstance(kind, ArrayType):
                size = size_of(kind.element)
                here = [term for term in rest if term[1] % size == 0] if size else []
                rest = [term for term in rest if term not in here]
                units = tuple((value, stride // size) for value, stride in here)
                count = constant // size if kind.count else 0
                constant -= count * size
                indices.append(Index(count, units))
                dimensions.append(Dimension(kind.count, in_structure))
                kind = kind.element
            elif isinstance(kind, StructType) and kind.fields:
                chosen = max(n for n in range(len(kind.fields)) if field_offset(kind, n) <= max(constant, 0))
                constant -= field_offset(kind, chosen)
                if len(kind.fields) > 1:
                    path.append(chosen)
                kind, in_structure = kind.fields[chosen], True
            else:
                raise UnsupportedAccess(f"an element that is no integer ({kind})")
        if rest or not 0 <= constant < size_of(kind):
            raise UnsupportedAccess("an index that fits no dimension of the array")
        for index, dimension in zip(indices, dimensions, strict=True):
            if not index.terms and not 0 <= index.constant < dimension.count:
                raise UnsupportedAccess(f"index {index.constant} of {dimension.count}")
        leaf = self._leaf(tuple(path), kind.width, tuple(dimensions))
        return Access(leaf, tuple(indices), constant * 8)

    def _leaf(self, path: tuple[int, ...], width: int, dimensions: tuple[Dimension, ...]) -> Leaf:
        leaf = self.leaves.get(path)
        if leaf is None:
            leaf = self.leaves[path] = Leaf(path, width, dimensions, [True] * len(dimensions))
        return leaf

    def note(self, access: Access) -> None:
        """Remembers which dimensions are indexed by variables."""
        for place, index in enumerate(access.indices):
            if index.terms:
                access.leaf.constant_only[place] = False

    def is_split(self, leaf: Leaf, place: int) -> bool:
        """Whether the dimension is split into banks."""
        dimension = leaf.dimensions[place]
        asked = self.pragmas.partitioned
        return dimension.in_structure or leaf.constant_only[place] or 0 in asked or place + 1 in asked

    def bank(self, leaf: Leaf, chosen: tuple[int, ...]) -> Variable | Memory:
        """The register or memory at constant indices of the split dimensions."""
        found = leaf.banks.get(chosen)
        if found is None:
            found = leaf.banks[chosen] = self._make_bank(leaf, chosen)
        return found

    def _make_bank(self, leaf: Leaf, chosen: tuple[int, ...]) -> Variable | Memory:
        name = "_".join([self.name, *(str(one) for one in (*leaf.path, *chosen))])
        depth = 1
        ranges: list[range] = []
        rest = iter(chosen)
        for place, dimension in enumerate(leaf.dimensions):
            if self.is_split(leaf, place):
                one = next(rest)
                ranges.append(range(one, one + 1))
            else:
                depth *= dimension.count
                ranges.append(range(dimension.count))
        values = self._values(leaf, ranges)
        if depth == 1:
            return Variable(name, leaf.width, values[0], self.location)
        pragmas = self.pragmas
        storage = pragmas.storage if pragmas.storage is not None else Storage.AUTO
        initial = tuple(values) if any(values) or self.is_constant else ()
        return Memory(name, leaf.width, depth, initial, storage, pragmas.distance, self.location)

    def _values(self, leaf: Leaf, ranges: list[range]) -> list[int]:
        if self._initial is None:
            self._initial = _read_initial(self.type, self._initial_text)
        known = self._initial.get(leaf.path)
        places: list[tuple[int, ...]] = [()]
        for one in ranges:
            places = [(*place, index) for place in places for index in one]
        mask = (1 << leaf.width) - 1
        return [known.get(place, 0) & mask if known is not None else 0 for place in places]

    def banks(self) -> Iterator[Variable | Memory]:
        """All that were made."""
        for leaf in self.leaves.values():
            yield from leaf.banks.values()


def _plain_type(kind: Type) -> Type:
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


def _plain_initial(kind: Type, text: str) -> str:
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


_Initial = dict[tuple[int, ...], dict[tuple[int, ...], int]]


def _read_initial(kind: Type, text: str) -> _Initial:
    found: _Initial = {}
    if text and text not in ("zeroinitializer", "undef", "poison"):
        _collect(kind, text, (), (), found)
    return found


def _collect(kind: Type, text: str, path: tuple[int, ...], place: tuple[int, ...], found: _Initial) -> None:
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

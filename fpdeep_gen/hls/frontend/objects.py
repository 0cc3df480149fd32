"""Arrays and statics: from LLVM's bytes to words. Every object is split into banks; a bank is a register or a memory.

An access is a byte offset `constant + sum(index * stride)`. It is matched with the nested arrays and structures of the
object's type, outermost first, which gives the leaf (a structure field) and an index for each array dimension.
Dimensions inside a structure (lanes of a vector), those a pragma partitions, and those that are only ever indexed by
constants are split into banks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod

from fpdeep_gen.hls.frontend.initial_values import Initial, plain_initial, plain_type, read_initial
from fpdeep_gen.hls.frontend.llvm_types import ArrayType, IntegerType, StructType, Type, field_offset, size_of
from fpdeep_gen.hls.frontend.object_pragmas import COMPLETE, ObjectPragmas, Partition, PartitionKind
from fpdeep_gen.hls.interface import NOT_THERE, Origin, Protocol, Shared
from fpdeep_gen.hls.ir import Fence, Location, Memory, Storage, StreamPort, Variable
from fpdeep_gen.hls.layout import Integer, Layout, leaves, positions, shape_of
from fpdeep_gen.hls.packing import leaf_starts
from fpdeep_gen.hls.passes.narrow import Shape

Term = tuple[object, int]  # an index value (opaque here) and its stride in bytes


class UnsupportedAccess(ValueError):
    """The access fits no element; the text says why."""


class PaddingAccess(UnsupportedAccess):
    """The byte lies between the fields of a structure."""


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


@dataclass(frozen=True, slots=True)
class External:
    """An array argument of the top: its C++ name, the layout of the whole array, and how it is reached.

    Or an array between the stages of a DATAFLOW region, without a layout: `banks` of them where it is a memory, the
    object's first dimension; 0 where it is a FIFO. `shapes`: narrowings of such memories, by name, in order.
    `latency`: of `Protocol.AXI`, stages between a request and its answer. `ports` are made when they are first used.
    `fence`: of these, where other processes use the array too. `memory`: what arrays in one memory have in common.
    `unaligned`: the kernel asks for bursts at any byte.
    """

    name: str
    layout: Layout | None
    protocol: Protocol = Protocol.MEMORY
    latency: int = 0
    ports: dict[str, StreamPort] = field(default_factory=dict)
    banks: int = 0
    shapes: list[dict[str, Shape]] = field(default_factory=list)
    fence: Fence = Fence.NONE
    memory: str = ""
    unaligned: bool = False

    def port(self, suffix: str, width: int, is_input: bool) -> StreamPort:
        """The stream port `<name><suffix>`."""
        found = self.ports.get(suffix)
        if found is None:
            found = self.ports[suffix] = StreamPort(f"{self.name}{suffix}", width, is_input)
            found.is_bus, found.fence, found.memory = suffix != "", self.fence, self.memory
        return found


class DataObject:
    """A static, a table or a local array. `initial` is LLVM's initialiser ("" for a local)."""

    def __init__(
        self, name: str, kind: Type, initial: str, is_constant: bool, pragmas: ObjectPragmas, location: Location | None
    ) -> None:
        self.name = name
        self.type = plain_type(kind)
        if self.type is not kind and initial not in ("", "zeroinitializer"):
            initial = plain_initial(kind, initial)
        self.is_constant = is_constant
        self.pragmas = pragmas
        self.location = location
        self.leaves: dict[tuple[int, ...], Leaf] = {}
        self.external: External | None = None
        self._initial_text = initial
        self._initial: Initial | None = None

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
                within, constant = constant < size_of(kind), constant - field_offset(kind, chosen)
                if len(kind.fields) > 1:
                    path.append(chosen)
                kind, in_structure = kind.fields[chosen], True
                if within and not rest and constant >= size_of(kind):
                    raise PaddingAccess("a gap between the fields of a structure")
            else:
                raise UnsupportedAccess(f"an element that is no integer ({kind})")
        if in_structure and not rest and constant >= size_of(kind):
            raise PaddingAccess("a gap between the fields of a structure")
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

    def partition(self, leaf: Leaf, place: int) -> Partition | None:
        """How the dimension is split into banks; None: not at all."""
        dimension = leaf.dimensions[place]
        if dimension.in_structure or (leaf.constant_only[place] and self.external is None):
            return COMPLETE  # but ports do not depend on how the code happens to index
        if self.external is not None and self.external.protocol is not Protocol.MEMORY:
            return None
        banks = self.external.banks if self.external is not None else 0
        if banks and place == 0:
            return None
        return self.pragmas.partition(place - (1 if banks else 0), dimension.count)

    def bank(self, leaf: Leaf, chosen: tuple[int, ...]) -> Variable | Memory:
        """The register or memory of one bank of each split dimension."""
        found = leaf.banks.get(chosen)
        if found is None:
            found = leaf.banks[chosen] = self._make_bank(leaf, chosen)
            if isinstance(found, Memory):
                found.reset = self.pragmas.reset
        return found

    def _make_bank(self, leaf: Leaf, chosen: tuple[int, ...]) -> Variable | Memory:
        name = "_".join([self.name, *(str(one) for one in (*leaf.path, *chosen))])
        depth = 1
        ranges: list[range] = []
        rest = iter(chosen)
        for place, dimension in enumerate(leaf.dimensions):
            partition = self.partition(leaf, place)
            members = (
                range(dimension.count) if partition is None else members_of(partition, dimension.count, next(rest))
            )
            ranges.append(members)
            depth *= len(members)
        if self.external is not None:
            return self._external_bank(self.external, leaf, chosen, ranges)
        values = self._values(leaf, ranges)
        if depth == 1:
            return Variable(name, leaf.width, values[0], self.location)
        pragmas = self.pragmas
        storage = pragmas.storage if pragmas.storage is not None else Storage.AUTO
        initial = tuple(values) if any(values) or self.is_constant else ()
        how = (initial, storage, pragmas.distance, self.location)
        return Memory(name, leaf.width, depth, *how, wants_uram=pragmas.wants_uram, is_apart=pragmas.is_apart)

    def _external_bank(self, external: External, leaf: Leaf, chosen: tuple[int, ...], ranges: list[range]) -> Memory:
        name = "_".join([external.name, *(str(one) for one in (*leaf.path, *chosen))])
        if external.layout is None:
            asked = self.pragmas.storage
            block = None if asked is None or asked is Storage.AUTO else asked is Storage.BLOCK
            shared = Shared(external.name, external.banks, prod(len(one) for one in ranges[1:]), block)
            how = ((), Storage.BLOCK, self.pragmas.distance, self.location)
            return Memory(name, leaf.width, shared.span, *how, shared=shared)
        number = self._leaf_number(leaf)
        places = {key: place for place, key in enumerate(positions(external.layout)) if key[0] == number}
        indices: list[tuple[int, ...]] = [()]
        for some in ranges:
            indices = [(*before, index) for before in indices for index in some]
        origin = Origin(external.name, tuple(places.get((number, index), NOT_THERE) for index in indices))
        width, distance = self.integer(leaf).width, self.pragmas.distance
        return Memory(name, width, len(indices), (), Storage.BLOCK, distance, self.location, origin)

    def integer(self, leaf: Leaf) -> Integer:
        """What an element of an external array is in C++ (in memory it is padded)."""
        assert self.external is not None
        if self.external.layout is None:
            return Integer(leaf.width, False)
        return list(leaves(self.external.layout))[self._leaf_number(leaf)]

    def _leaf_number(self, leaf: Leaf) -> int:
        """Which of the layout's leaves it is; the type may hold bytes of padding besides, as fields of their own."""
        assert self.external is not None and self.external.layout is not None
        paths = dict(_leaf_paths(self.type))
        starts = leaf_starts(self.external.layout)
        if len(paths) == len(starts):
            return list(paths).index(leaf.path)
        return starts.index(paths[leaf.path])

    def number_in_element(self, leaf: Leaf, chosen: tuple[int, ...]) -> int:
        """Which integer of an element of an external array: a leaf, and an index for each array in the structure."""
        assert self.external is not None and self.external.layout is not None
        number = self._leaf_number(leaf)
        element = shape_of(self.external.layout)[1]
        return list(positions(element)).index((number, chosen))

    def _values(self, leaf: Leaf, ranges: list[range]) -> list[int]:
        if self._initial is None:
            self._initial = read_initial(self.type, self._initial_text)
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


def _leaf_paths(kind: Type, path: tuple[int, ...] = (), start: int = 0) -> Iterator[tuple[tuple[int, ...], int]]:
    """The path of each leaf, in order, and the byte where its first integer starts."""
    if isinstance(kind, ArrayType):
        yield from _leaf_paths(kind.element, path, start)
    elif isinstance(kind, StructType):
        for place, one in enumerate(kind.fields):
            inner = (*path, place) if len(kind.fields) > 1 else path
            yield from _leaf_paths(one, inner, start + field_offset(kind, place))
    else:
        yield path, start


def members_of(partition: Partition, count: int, bank: int) -> range:
    """Indices of the elements in a bank; the last ones may lie behind the end, so that all banks are alike."""
    if partition.kind is PartitionKind.COMPLETE:
        return range(bank, bank + 1)
    size = -(-count // partition.factor)
    if partition.kind is PartitionKind.BLOCK:
        return range(bank * size, (bank + 1) * size)
    return range(bank, bank + size * partition.factor, partition.factor)


def bank_count(partition: Partition, count: int) -> int:
    """Banks of a dimension of `count` elements."""
    return count if partition.kind is PartitionKind.COMPLETE else partition.factor

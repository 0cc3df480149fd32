"""Loads and stores of objects: words of memories, registers, and multiplexers over banks."""

from fpdeep_gen.hls.frontend.objects import Access, DataObject, Index, Leaf
from fpdeep_gen.hls.ir import CompareKind, Constant, Load, Operation, Store, Variable
from fpdeep_gen.hls.passes.builder import Builder, is_true


class MemoryState:
    """The registers' values as the region goes on, and accesses to memories in program order."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self.registers: dict[Variable, Operation] = {}

    def load(self, owner: DataObject, access: Access, predicate: Operation) -> Operation:
        """The element's whole container."""
        return self._load(owner, access, predicate, 0, ())

    def store(self, owner: DataObject, access: Access, value: Operation, predicate: Operation) -> None:
        """Writes the element's whole container where the predicate holds."""
        self._store(owner, access, value, predicate, 0, ())

    def _load(
        self, owner: DataObject, access: Access, predicate: Operation, place: int, chosen: tuple[int, ...]
    ) -> Operation:
        leaf = access.leaf
        while place < len(leaf.dimensions):
            if owner.is_split(leaf, place):
                index = access.indices[place]
                if index.terms:
                    count = leaf.dimensions[place].count
                    values = [self._load(owner, access, predicate, place + 1, (*chosen, k)) for k in range(count)]
                    return multiplex(self._builder, self._index(index, count), values)
                chosen = (*chosen, index.constant)
            place += 1
        bank = owner.bank(leaf, chosen)
        if isinstance(bank, Variable):
            if owner.is_constant:
                return self._builder.constant(bank.initial, bank.width)
            return self.register(bank)
        address = self._address(owner, leaf, access)
        if owner.is_constant and isinstance(address, Constant):
            value = bank.initial[address.value] if address.value < len(bank.initial) else 0
            return self._builder.constant(value, bank.width)
        return self._builder.append(Load(bank.width, bank, address, None if is_true(predicate) else predicate))

    def _store(
        self,
        owner: DataObject,
        access: Access,
        value: Operation,
        predicate: Operation,
        place: int,
        chosen: tuple[int, ...],
    ) -> None:
        leaf = access.leaf
        while place < len(leaf.dimensions):
            if owner.is_split(leaf, place):
                index = access.indices[place]
                if index.terms:
                    self._store_each(owner, access, value, predicate, place, chosen)
                    return
                chosen = (*chosen, index.constant)
            place += 1
        bank = owner.bank(leaf, chosen)
        if isinstance(bank, Variable):
            self.registers[bank] = self._builder.select(predicate, value, self.register(bank))
            return
        address = self._address(owner, leaf, access)
        self._builder.append(Store(0, bank, address, value, None if is_true(predicate) else predicate))

    def _store_each(
        self,
        owner: DataObject,
        access: Access,
        value: Operation,
        predicate: Operation,
        place: int,
        chosen: tuple[int, ...],
    ) -> None:
        count = access.leaf.dimensions[place].count
        index = self._index(access.indices[place], count)
        for k in range(count):
            here = self._builder.compare(CompareKind.EQ, index, self._builder.constant(k, index.width))
            both = self._builder.both(predicate, here)
            self._store(owner, access, value, both, place + 1, (*chosen, k))

    def register(self, variable: Variable) -> Operation:
        """Its value at this point of the region."""
        found = self.registers.get(variable)
        return self._builder.get(variable) if found is None else found

    def _index(self, index: Index, count: int) -> Operation:
        width = max(1, (count - 1).bit_length())
        builder = self._builder
        total = builder.constant(index.constant, width)
        for value, factor in index.terms:
            assert isinstance(value, Operation)
            total = builder.add(total, scaled(builder, builder.resize(value, width, True), factor))
        return total

    def _address(self, owner: DataObject, leaf: Leaf, access: Access) -> Operation:
        builder = self._builder
        kept = [place for place in range(len(leaf.dimensions)) if not owner.is_split(leaf, place)]
        depth = 1
        for place in kept:
            depth *= leaf.dimensions[place].count
        width = max(1, (depth - 1).bit_length())
        total = builder.constant(0, width)
        unit = 1
        for place in reversed(kept):
            count = leaf.dimensions[place].count
            index = builder.resize(self._index(access.indices[place], count), width)
            total = builder.add(total, scaled(builder, index, unit))
            unit *= count
        return total


def scaled(builder: Builder, value: Operation, factor: int) -> Operation:
    """value * factor in the value's width; few additions for small factors."""
    from fpdeep_gen.hls.ir import BinaryKind

    return builder.binary(BinaryKind.MUL, value, builder.constant(factor, value.width))


def multiplex(builder: Builder, index: Operation, values: list[Operation]) -> Operation:
    """values[index], as a tree over the bits of the index."""
    level = values
    for bit in range(index.width):
        if len(level) == 1:
            break
        choice = builder.extract(index, bit, 1)
        level = [
            builder.select(choice, level[at + 1], level[at]) if at + 1 < len(level) else level[at]
            for at in range(0, len(level), 2)
        ]
    return level[0]

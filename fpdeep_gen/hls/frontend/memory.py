"""Loads and stores of objects: words of memories, registers, and multiplexers over banks."""

from math import prod

from fpdeep_gen.hls.frontend.bank_index import BankIndex, BankIndices
from fpdeep_gen.hls.frontend.objects import Access, DataObject, bank_count
from fpdeep_gen.hls.frontend.remote import Refuse, RemoteAccesses
from fpdeep_gen.hls.interface import Protocol
from fpdeep_gen.hls.ir import CompareKind, Constant, Load, Memory, Operation, Store, Variable
from fpdeep_gen.hls.passes.builder import Builder, is_true

Inner = tuple[tuple[int, Operation], ...]  # for each dimension of a bank its extent and the index in it


class MemoryState:
    """The registers' values as the region goes on, and accesses to memories in program order.

    `access`: the number of the instruction that is being lowered, 0 where nothing is known of it.
    """

    def __init__(self, builder: Builder, refuse: Refuse) -> None:
        self._builder = builder
        self.remote = RemoteAccesses(builder, refuse)
        self.access = 0
        self.registers: dict[Variable, Operation] = {}
        self._read: dict[tuple[Memory, Operation, Operation | None], tuple[int, Operation | None]] = {}
        self.indices = BankIndices(builder)

    def load(self, owner: DataObject, access: Access, predicate: Operation) -> Operation:
        """The element's whole container."""
        return self._load(owner, access, predicate, 0, (), ())

    def store(self, owner: DataObject, access: Access, value: Operation, predicate: Operation) -> None:
        """Writes the element's whole container where the predicate holds."""
        self._store(owner, access, value, predicate, 0, (), ())

    def _load(
        self,
        owner: DataObject,
        access: Access,
        predicate: Operation,
        place: int,
        chosen: tuple[int, ...],
        inner: Inner,
    ) -> Operation:
        builder = self._builder
        if place < len(access.leaf.dimensions):
            at = self._at(owner, access, place)
            deeper = (*inner, (at.extent, at.inner)) if at.inner is not None else inner
            if at.bank is None:
                return self._load(owner, access, predicate, place + 1, chosen, deeper)
            if isinstance(at.bank, int):
                return self._load(owner, access, predicate, place + 1, (*chosen, at.bank), deeper)
            values = []
            for bank in range(at.banks):
                here = predicate
                if at.inner is not None:
                    is_it = builder.compare(CompareKind.EQ, at.bank, builder.constant(bank, at.bank.width))
                    here = builder.both(predicate, is_it)
                values.append(self._load(owner, access, here, place + 1, (*chosen, bank), deeper))
            return multiplex(builder, at.bank, values)
        if owner.external is not None and owner.external.protocol is not Protocol.MEMORY:
            word = self.remote.load(owner, access.leaf, chosen, self._address(inner), predicate)
            return builder.resize(word, access.leaf.width, owner.integer(access.leaf).signed)
        bank_of = owner.bank(access.leaf, chosen)
        if isinstance(bank_of, Variable):
            return builder.constant(bank_of.initial, bank_of.width) if owner.is_constant else self.register(bank_of)
        address = self._banked(owner, inner)
        if owner.is_constant and isinstance(address, Constant):
            value = bank_of.initial[address.value] if address.value < len(bank_of.initial) else 0
            return builder.constant(value, bank_of.width)
        word = self._word(bank_of, address, None if is_true(predicate) else predicate)
        if owner.external is not None:
            word = builder.resize(word, access.leaf.width, owner.integer(access.leaf).signed)
        return word

    def _word(self, bank: Memory, address: Operation, predicate: Operation | None) -> Operation:
        """Read once where nothing has happened since: choices between banks read the same words again and again."""
        key, now = (bank, address, predicate), self._builder.effects
        when, found = self._read.get(key, (-1, None))
        if found is None or when != now:
            found = self._builder.append(Load(bank.width, bank, address, predicate, access=self.access))
            self._read[key] = (now, found)
        return found

    def _store(
        self,
        owner: DataObject,
        access: Access,
        value: Operation,
        predicate: Operation,
        place: int,
        chosen: tuple[int, ...],
        inner: Inner,
    ) -> None:
        builder = self._builder
        if place < len(access.leaf.dimensions):
            at = self._at(owner, access, place)
            deeper = (*inner, (at.extent, at.inner)) if at.inner is not None else inner
            if at.bank is None:
                self._store(owner, access, value, predicate, place + 1, chosen, deeper)
            elif isinstance(at.bank, int):
                self._store(owner, access, value, predicate, place + 1, (*chosen, at.bank), deeper)
            else:
                for bank in range(at.banks):
                    is_it = builder.compare(CompareKind.EQ, at.bank, builder.constant(bank, at.bank.width))
                    here = builder.both(predicate, is_it)
                    self._store(owner, access, value, here, place + 1, (*chosen, bank), deeper)
            return
        if owner.external is not None and owner.external.protocol is not Protocol.MEMORY:
            word = builder.resize(value, owner.integer(access.leaf).width)
            self.remote.store(owner, access.leaf, chosen, self._address(inner), word, predicate)
            return
        bank_of = owner.bank(access.leaf, chosen)
        if isinstance(bank_of, Variable):
            self.registers[bank_of] = builder.select(predicate, value, self.register(bank_of))
            return
        value = builder.resize(value, bank_of.width)
        where, when = self._banked(owner, inner), None if is_true(predicate) else predicate
        builder.append(Store(0, bank_of, where, value, when, access=self.access))

    def _at(self, owner: DataObject, access: Access, place: int) -> BankIndex:
        count = access.leaf.dimensions[place].count
        partition = owner.partition(access.leaf, place)
        banks = 1 if partition is None else bank_count(partition, count)
        return self.indices.of(access.indices[place], count, partition, banks)

    def register(self, variable: Variable) -> Operation:
        """Its value at this point of the region."""
        found = self.registers.get(variable)
        return self._builder.get(variable) if found is None else found

    def _banked(self, owner: DataObject, inner: Inner) -> Operation:
        """The address of a word; that of an array between processes has the bank in its high bits."""
        if owner.external is None or not owner.external.banks:
            return self._address(inner)
        (banks, bank), *rest = inner
        words = prod(extent for extent, _ in rest)
        high = self._builder.resize(bank, max(1, (banks - 1).bit_length()))
        return high if words == 1 else self._builder.concat([self._address(tuple(rest)), high])

    def _address(self, inner: Inner) -> Operation:
        builder = self._builder
        depth = 1
        for extent, _ in inner:
            depth *= extent
        width = max(1, (depth - 1).bit_length())
        total = builder.constant(0, width)
        unit = 1
        for extent, index in reversed(inner):
            total = builder.add(total, scaled(builder, builder.resize(index, width), unit))
            unit *= extent
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

"""Long chains of exclusive ors, fixed shifts and choices between values that differ in fixed bits, as sums of bits.

An unrolled CRC, scrambler or shift register is linear over GF(2): each bit of its result is the exclusive or of some
bits that go in. Written as such sums the steps between them are gone, and `balance` puts the bits that come back from
the last iteration at the end, so that a recurrence of 32 steps is one of a few gates.
"""

from dataclasses import dataclass, field

from fpdeep_gen.hls.ir import (
    Binary,
    BinaryKind,
    Cast,
    CastKind,
    Concat,
    Constant,
    Exit,
    Extract,
    Operation,
    Process,
    Region,
    Select,
)
from fpdeep_gen.hls.schedule.balance import substitute

_LEAST_LEVELS = 6
_MOST_TERMS = 160  # of one bit

Atom = tuple[int, int]  # id(operation) and bit
Sum = frozenset[Atom]
_ONE: Sum = frozenset({(0, 0)})
_ZERO: Sum = frozenset()


def untangle(process: Process) -> Process:
    """In place; a region stays as it is where the sums would take more gates than the chains."""
    for region in process.regions:
        _Region(region).run()
    return process


@dataclass
class _Region:
    region: Region
    sums: dict[int, list[Sum]] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)
    operations: dict[int, Operation] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    linear: set[int] = field(default_factory=set)
    bits: dict[Atom, Operation] = field(default_factory=dict)
    made: list[Operation] = field(default_factory=list)

    def run(self) -> None:
        for operation in self.region.operations:
            self._note(operation)
        roots = [one for one in self._roots() if self.levels[id(one)] >= _LEAST_LEVELS]
        gates = sum(max(0, len(one) - 1) for root in roots for one in self.sums[id(root)])
        before = sum(
            one.width for one in self.region.operations if id(one) in self.linear and isinstance(one, Binary | Select)
        )
        if roots and gates <= before:
            self._rebuild({id(root) for root in roots})

    def _note(self, operation: Operation) -> None:
        """What each bit of the operation is a sum of."""
        self.operations[id(operation)] = operation
        self.places[id(operation)] = len(self.places)
        found = self._linear(operation)
        if found is not None and all(len(one) <= _MOST_TERMS for one in found):
            self.linear.add(id(operation))
            self.sums[id(operation)] = found
            step = int(isinstance(operation, Binary | Select))
            parts = [self.levels.get(id(part), 0) for part in operation.operands()]
            self.levels[id(operation)] = step + max(parts, default=0)
        else:
            self.sums[id(operation)] = [frozenset({(id(operation), bit)}) for bit in range(operation.width)]
            self.levels[id(operation)] = 0

    def _linear(self, operation: Operation) -> list[Sum] | None:
        match operation:
            case Constant(value=value):
                return [_ONE if value >> bit & 1 else _ZERO for bit in range(operation.width)]
            case Binary(kind=BinaryKind.XOR, left=left, right=right):
                return [one ^ other for one, other in zip(self._of(left), self._of(right), strict=True)]
            case Binary(kind=BinaryKind.AND, left=left, right=Constant(value=mask)):
                return [one if mask >> bit & 1 else _ZERO for bit, one in enumerate(self._of(left))]
            case Extract(value=value, low=low):
                return self._of(value)[low : low + operation.width]
            case Concat(parts=parts):
                return [one for part in parts for one in self._of(part)]
            case Cast(kind=kind, value=value):
                bits = self._of(value)[: operation.width]
                more = [bits[-1] if kind is CastKind.SEXT else _ZERO] * (operation.width - len(bits))
                return [*bits, *more]
            case Select(condition=condition, if_true=if_true, if_false=if_false):
                return self._chosen(self._of(condition)[0], self._of(if_true), self._of(if_false))
            case _:
                return None

    def _chosen(self, condition: Sum, if_true: list[Sum], if_false: list[Sum]) -> list[Sum] | None:
        """A choice whose arms differ by constants."""
        found = []
        for one, other in zip(if_true, if_false, strict=True):
            difference = one ^ other
            if difference not in (_ZERO, _ONE):
                return None
            found.append(other ^ condition if difference else other)
        return found

    def _of(self, operation: Operation) -> list[Sum]:
        return self.sums[id(operation)]

    def _roots(self) -> list[Operation]:
        """Linear operations that something else uses."""
        used: set[int] = {id(value) for _, value in self.region.sets.values()}
        used |= {id(exit_.condition) for exit_ in self.region.exits if exit_.condition is not None}
        for operation in self.region.operations:
            if id(operation) not in self.linear:
                used |= {id(operand) for operand in operation.operands()}
        return [one for one in self.region.operations if id(one) in used and id(one) in self.linear]

    def _rebuild(self, roots: set[int]) -> None:
        new: dict[int, Operation] = {}
        for operation in self.region.operations:
            if id(operation) in roots:
                parts = tuple(self._sum(one, operation) for one in self.sums[id(operation)])
                made = parts[0] if len(parts) == 1 else self._add(Concat(operation.width, parts), operation)
                new[id(operation)] = made
            else:
                substitute(operation, new)
                self.made.append(operation)
        self.region.operations = self.made
        sets = self.region.sets.items()
        self.region.sets = {key: (variable, new.get(id(value), value)) for key, (variable, value) in sets}
        self.region.exits = [
            one if one.condition is None else Exit(new.get(id(one.condition), one.condition), one.target)
            for one in self.region.exits
        ]

    def _add(self, operation: Operation, like: Operation) -> Operation:
        operation.location, operation.name = like.location, like.name
        self.made.append(operation)
        return operation

    def _sum(self, terms: Sum, like: Operation) -> Operation:
        ordered = sorted(terms - _ONE, key=lambda atom: (self.places[atom[0]], atom[1]))
        total: Operation | None = None
        for atom in ordered:
            bit = self._bit(atom, like)
            total = bit if total is None else self._add(Binary(1, BinaryKind.XOR, total, bit), like)
        one = int(bool(terms & _ONE))
        if total is None:
            return self._add(Constant(1, one), like)
        if not one:
            return total
        return self._add(Binary(1, BinaryKind.XOR, total, self._add(Constant(1, 1), like)), like)

    def _bit(self, atom: Atom, like: Operation) -> Operation:
        found = self.bits.get(atom)
        if found is None:
            whole = self.operations[atom[0]]
            found = whole if whole.width == 1 else self._add(Extract(1, whole, atom[1]), like)
            self.bits[atom] = found
        return found

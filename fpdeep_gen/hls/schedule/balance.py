"""Sums of many terms as trees: log depth in place of a chain; terms of a recurrence come last."""

import heapq
from dataclasses import dataclass, field, replace

from fpdeep_gen.hls.ir import (
    Binary,
    BinaryKind,
    Cast,
    CastKind,
    Concat,
    Extract,
    Get,
    Load,
    Operation,
    Process,
    Region,
    Select,
    Store,
)
from fpdeep_gen.hls.schedule.delays import significant

_LEAST_TERMS = 3
_REASSOCIATED = (BinaryKind.ADD, BinaryKind.AND, BinaryKind.OR, BinaryKind.XOR)


def balance(process: Process) -> Process:
    """Reassociate in place every chain of one associative operation whose inner results have no other use."""
    for region in process.regions:
        _Balancer(region).run()
    return process


@dataclass
class _Balancer:
    region: Region
    uses: dict[int, int] = field(default_factory=dict)
    levels: dict[int, float] = field(default_factory=dict)
    recurrent: set[int] = field(default_factory=set)
    order: dict[int, int] = field(default_factory=dict)

    def run(self) -> None:
        stored = {id(op.memory) for op in self.region.operations if isinstance(op, Store)}
        self._count()
        inner = self._inner_nodes()
        result: list[Operation] = []
        new: dict[int, Operation] = {}
        for number, operation in enumerate(self.region.operations):
            self.order[id(operation)] = number
            self._level(operation, stored)
            if id(operation) in inner:
                continue
            if isinstance(operation, Binary) and operation.kind in _REASSOCIATED:
                terms = self._terms(operation, inner)
                if len(terms) >= _LEAST_TERMS:
                    new[id(operation)] = self._tree(operation, terms, new, result)
                    continue
            substitute(operation, new)
            result.append(operation)
        self.region.operations = result
        self.region.sets = {
            key: (variable, new.get(id(value), value)) for key, (variable, value) in self.region.sets.items()
        }
        self.region.exits = [
            replace(exit_, condition=new.get(id(exit_.condition), exit_.condition)) for exit_ in self.region.exits
        ]

    def _count(self) -> None:
        for operation in self.region.operations:
            for operand in operation.operands():
                self.uses[id(operand)] = self.uses.get(id(operand), 0) + 1
        for value in [value for _, value in self.region.sets.values()]:
            self.uses[id(value)] = self.uses.get(id(value), 0) + 1
        for exit_ in self.region.exits:
            if exit_.condition is not None:
                self.uses[id(exit_.condition)] = self.uses.get(id(exit_.condition), 0) + 1

    def _inner_nodes(self) -> set[int]:
        """Results used once, by an operation of the same kind."""
        inner = set()
        for operation in self.region.operations:
            if isinstance(operation, Binary) and operation.kind in _REASSOCIATED:
                for operand in operation.operands():
                    same = isinstance(operand, Binary) and operand.kind is operation.kind
                    if same and self.uses[id(operand)] == 1:
                        inner.add(id(operand))
        return inner

    def _terms(self, root: Binary, inner: set[int]) -> list[Operation]:
        terms: list[Operation] = []
        pending: list[Operation] = [root.right, root.left]
        while pending:
            operation = pending.pop()
            if id(operation) in inner and isinstance(operation, Binary) and operation.kind is root.kind:
                pending += [operation.right, operation.left]
            else:
                terms.append(operation)
        return terms

    def _level(self, operation: Operation, stored: set[int]) -> None:
        """A rough arrival time, and whether the value belongs to a recurrence of the loop."""
        operands = operation.operands()
        own = 0.1 if isinstance(operation, Cast) else 3.0 if _is_product(operation) else 1.0
        self.levels[id(operation)] = own + max((self.levels.get(id(operand), 0.0) for operand in operands), default=0)
        carried = isinstance(operation, Get) and id(operation.variable) in self.region.sets
        loaded = isinstance(operation, Load) and id(operation.memory) in stored
        if carried or loaded or any(id(operand) in self.recurrent for operand in _passed_on(operation)):
            self.recurrent.add(id(operation))

    def _tree(
        self, root: Binary, terms: list[Operation], new: dict[int, Operation], result: list[Operation]
    ) -> Operation:
        """Join the two earliest terms again and again; those of a recurrence at the end."""
        rank = max(self.levels.get(id(term), 0.0) for term in terms)
        early = [term for term in terms if id(term) not in self.recurrent]
        late = [term for term in terms if id(term) in self.recurrent]
        heap = [(self.levels.get(id(term), 0.0), number, new.get(id(term), term)) for number, term in enumerate(early)]
        number = len(terms)
        joined = _join_all(heap, number, root, result)
        rest = [(self.levels.get(id(term), 0.0), number, new.get(id(term), term)) for number, term in enumerate(late)]
        if joined is not None and rest:
            if len(rest) > 1 and root.kind is not BinaryKind.ADD:
                rest.append((min(level for level, _, _ in rest), -1, joined))
                joined = None
            elif len(rest) > 1:
                rest = [(rank, 0, _require(_join_all(rest, number, root, result)))]
        if rest and joined is not None:
            joined = _sum(joined, rest[0][2], root, result)
        elif rest:
            joined = _join_all(rest, number, root, result)
        return _require(joined)


def _require(operation: Operation | None) -> Operation:
    if operation is None:
        raise RuntimeError("a sum without terms")
    return operation


def _join_all(
    heap: list[tuple[float, int, Operation]], number: int, root: Binary, result: list[Operation]
) -> Operation | None:
    heapq.heapify(heap)
    while len(heap) > 1:
        first, second = heapq.heappop(heap), heapq.heappop(heap)
        number += 1
        made = _sum(first[2], second[2], root, result)
        heapq.heappush(heap, (max(first[0], second[0]) + 1.0, number, made))
    return heap[0][2] if heap else None


def _sum(left: Operation, right: Operation, root: Binary, result: list[Operation]) -> Operation:
    """One joint; a sum of two sign-extended terms is made in one bit more than they have, then extended."""
    narrow = max(significant(left), significant(right)) + 1
    signed = all(isinstance(term, Cast) and term.kind is CastKind.SEXT for term in (left, right))
    if root.kind is not BinaryKind.ADD or not signed or narrow >= root.width:
        made: Operation = Binary(root.width, root.kind, left, right, location=root.location, name=root.name)
        result.append(made)
        return made
    parts: list[Operation] = []
    for term in (left, right):
        value = term.value if isinstance(term, Cast) else term
        parts.append(Cast(narrow, CastKind.SEXT, value, location=root.location))
    inner = Binary(narrow, root.kind, parts[0], parts[1], location=root.location, name=root.name)
    made = Cast(root.width, CastKind.SEXT, inner, location=root.location)
    result += [*parts, inner, made]
    return made


def _passed_on(operation: Operation) -> tuple[Operation, ...]:
    """Operands whose bits the result may be."""
    match operation:
        case Select():
            return (operation.if_true, operation.if_false)
        case Cast() | Extract() | Concat():
            return operation.operands()
        case _:
            return ()


def _is_product(operation: Operation) -> bool:
    return isinstance(operation, Binary) and operation.kind is BinaryKind.MUL


def substitute(operation: Operation, new: dict[int, Operation]) -> None:
    """Replace operands in place."""
    for name in ("left", "right", "condition", "if_true", "if_false", "value", "address", "predicate"):
        operand = getattr(operation, name, None)
        if isinstance(operand, Operation) and id(operand) in new:
            setattr(operation, name, new[id(operand)])
    parts = getattr(operation, "parts", None)
    if parts is not None and any(id(part) in new for part in parts):
        operation.parts = tuple(new.get(id(part), part) for part in parts)  # type: ignore[attr-defined]

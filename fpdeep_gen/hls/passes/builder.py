"""Appends operations to a region and simplifies each as it is made: constants, repetitions, bit slices, widths.

Every result equals the plain operation bit for bit. The work for one operation does not depend on the region's size.
"""

from fpdeep_gen.hls.ir import (
    Binary,
    BinaryKind,
    Cast,
    CastKind,
    Compare,
    CompareKind,
    Concat,
    Constant,
    Extract,
    Get,
    Location,
    Operation,
    Region,
    Select,
    Store,
    StreamEmpty,
    StreamFull,
    StreamRead,
    StreamTryRead,
    StreamTryWrite,
    StreamWrite,
    Variable,
)
from fpdeep_gen.hls.passes import rules, rules_choice
from fpdeep_gen.hls.passes.bits import Known, evaluate_binary, evaluate_compare, known_bits

SWAPPED = {
    CompareKind.ULT: CompareKind.UGT,
    CompareKind.ULE: CompareKind.UGE,
    CompareKind.UGT: CompareKind.ULT,
    CompareKind.UGE: CompareKind.ULE,
    CompareKind.SLT: CompareKind.SGT,
    CompareKind.SLE: CompareKind.SGE,
    CompareKind.SGT: CompareKind.SLT,
    CompareKind.SGE: CompareKind.SLE,
    CompareKind.EQ: CompareKind.EQ,
    CompareKind.NE: CompareKind.NE,
}
INVERSE = {
    CompareKind.EQ: CompareKind.NE,
    CompareKind.NE: CompareKind.EQ,
    CompareKind.ULT: CompareKind.UGE,
    CompareKind.ULE: CompareKind.UGT,
    CompareKind.UGT: CompareKind.ULE,
    CompareKind.UGE: CompareKind.ULT,
    CompareKind.SLT: CompareKind.SGE,
    CompareKind.SLE: CompareKind.SGT,
    CompareKind.SGT: CompareKind.SLE,
    CompareKind.SGE: CompareKind.SLT,
}
UNSIGNED = {
    CompareKind.SLT: CompareKind.ULT,
    CompareKind.SLE: CompareKind.ULE,
    CompareKind.SGT: CompareKind.UGT,
    CompareKind.SGE: CompareKind.UGE,
}
_EFFECTS = (Store, StreamEmpty, StreamFull, StreamRead, StreamTryRead, StreamTryWrite, StreamWrite)
COMMUTATIVE = frozenset({BinaryKind.ADD, BinaryKind.MUL, BinaryKind.AND, BinaryKind.OR, BinaryKind.XOR})


class Builder:
    """Makes the operations of one region. `location` and `name` go into the next ones."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.location: Location | None = None
        self.effects = 0  # operations that change memories or streams so far
        self._made: dict[tuple[object, ...], Operation] = {}
        self._known: dict[Operation, Known] = {}

    def append(self, operation: Operation) -> Operation:
        """An operation with an effect, or one that must not be shared."""
        self.effects += isinstance(operation, _EFFECTS)
        if operation.location is None:
            operation.location = self.location
        self.region.operations.append(operation)
        known_bits(operation, self._known)  # now, from its operands, so that no later question goes deep
        return operation

    def known(self, operation: Operation) -> Known:
        """Bits as an unsigned and as a signed number."""
        return known_bits(operation, self._known)

    def _share(self, key: tuple[object, ...], operation: Operation) -> Operation:
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self.append(operation)
        return found

    def constant(self, value: int, width: int) -> Operation:
        """`value` modulo 2**width."""
        value &= (1 << width) - 1
        return self._share((Constant, value, width), Constant(width, value))

    def get(self, variable: Variable, width: int | None = None) -> Operation:
        """The variable at the start of the iteration."""
        return self._share((Get, variable), Get(variable.width if width is None else width, variable))

    # widths

    def zext(self, value: Operation, width: int) -> Operation:
        """Zeros above."""
        if width == value.width:
            return value
        if isinstance(value, Constant):
            return self.constant(value.value, width)
        if isinstance(value, Cast) and value.kind is CastKind.ZEXT:
            value = value.value
        unsigned, _ = self.known(value)
        if unsigned < value.width:
            if unsigned == 0:
                return self.constant(0, width)
            value = self.extract(value, 0, unsigned)
        return self._share((CastKind.ZEXT, value, width), Cast(width, CastKind.ZEXT, value))

    def sext(self, value: Operation, width: int) -> Operation:
        """The sign above."""
        if width == value.width:
            return value
        if isinstance(value, Constant):
            sign = value.value >> (value.width - 1) & 1
            return self.constant(value.value - (sign << value.width), width)
        unsigned, signed = self.known(value)
        if unsigned < value.width:
            return self.zext(value, width)
        if isinstance(value, Cast) and value.kind is CastKind.SEXT:
            value = value.value
        elif signed < value.width:
            value = self.extract(value, 0, signed)
        return self._share((CastKind.SEXT, value, width), Cast(width, CastKind.SEXT, value))

    def resize(self, value: Operation, width: int, signed: bool = False) -> Operation:
        """Truncates or extends."""
        if width < value.width:
            return self.extract(value, 0, width)
        return self.sext(value, width) if signed else self.zext(value, width)

    def extract(self, value: Operation, low: int, width: int) -> Operation:
        """Bits [low, low + width)."""
        if low == 0 and width == value.width:
            return value
        match value:
            case Constant(value=number):
                return self.constant(number >> low, width)
            case Extract(value=inner, low=below):
                return self.extract(inner, below + low, width)
            case Cast(kind=kind, value=inner):
                if low + width <= inner.width:
                    return self.extract(inner, low, width)
                if low >= inner.width and kind is CastKind.ZEXT:
                    return self.constant(0, width)
                if low < inner.width or kind is CastKind.SEXT:
                    start = min(low, inner.width - 1)
                    return self.resize(self.extract(inner, start, inner.width - start), width, kind is CastKind.SEXT)
            case Concat(parts=parts):
                return self._extract_concat(parts, low, width)
            case _:
                pass
        return self._share((Extract, value, low, width), Extract(width, value, low))

    def _extract_concat(self, parts: tuple[Operation, ...], low: int, width: int) -> Operation:
        chosen: list[Operation] = []
        at = 0
        for part in parts:
            start, end = max(low, at), min(low + width, at + part.width)
            if start < end:
                chosen.append(self.extract(part, start - at, end - start))
            at += part.width
            if at >= low + width:
                break
        return self.concat(chosen)

    def concat(self, parts: list[Operation]) -> Operation:
        """Joined, parts[0] lowest."""
        merged = rules.merge_parts(self, parts)
        if len(merged) == 1:
            return merged[0]
        width = sum(part.width for part in merged)
        top = merged[-1]
        if isinstance(top, Constant) and top.value == 0:
            return self.zext(self.concat(merged[:-1]), width)
        joined = tuple(merged)
        return self._share((Concat, joined), Concat(width, joined))

    # arithmetic

    def binary(self, kind: BinaryKind, left: Operation, right: Operation) -> Operation:
        """Both operands as wide as the result."""
        width = left.width
        if isinstance(left, Constant):
            if isinstance(right, Constant):
                return self.constant(evaluate_binary(kind, left.value, right.value, width), width)
            if kind in COMMUTATIVE:
                left, right = right, left
        simple = rules.simplify_binary(self, kind, left, right)
        if simple is not None:
            return simple
        narrow = rules.narrow_binary(self, kind, left, right)
        if narrow is not None:
            return narrow
        key: tuple[object, ...] = (kind, left, right)
        if kind in COMMUTATIVE and (kind, right, left) in self._made:
            key = (kind, right, left)
        return self._share(key, Binary(width, kind, left, right))

    def add(self, left: Operation, right: Operation) -> Operation:
        """Sum modulo the width."""
        return self.binary(BinaryKind.ADD, left, right)

    def compare(self, kind: CompareKind, left: Operation, right: Operation) -> Operation:
        """One bit."""
        if isinstance(left, Constant):
            if isinstance(right, Constant):
                return self.constant(int(evaluate_compare(kind, left.value, right.value, left.width)), 1)
            kind, left, right = SWAPPED[kind], right, left
        simple = rules_choice.simplify_compare(self, kind, left, right)
        if simple is not None:
            return simple
        return self._share((kind, left, right), Compare(1, kind, left, right))

    def select(self, condition: Operation, if_true: Operation, if_false: Operation) -> Operation:
        """`condition ? if_true : if_false`."""
        simple = rules_choice.simplify_select(self, condition, if_true, if_false)
        if simple is not None:
            return simple
        return self._share((Select, condition, if_true, if_false), Select(if_true.width, condition, if_true, if_false))

    # one bit

    def true(self) -> Operation:
        """The constant 1."""
        return self.constant(1, 1)

    def invert(self, value: Operation) -> Operation:
        """Not, of one bit. A comparison is not made a second time the other way round: a gate is cheaper."""
        return self.binary(BinaryKind.XOR, value, self.true())

    def both(self, left: Operation, right: Operation) -> Operation:
        """And."""
        return self.binary(BinaryKind.AND, left, right)

    def either(self, left: Operation, right: Operation) -> Operation:
        """Or."""
        return self.binary(BinaryKind.OR, left, right)

    def any(self, values: list[Operation]) -> Operation:
        """Or of all; 0 for none."""
        result = self.constant(0, 1)
        for value in values:
            result = self.either(result, value)
        return result


def is_true(operation: Operation) -> bool:
    """Whether it is the constant 1 of one bit."""
    return isinstance(operation, Constant) and operation.width == 1 and operation.value == 1

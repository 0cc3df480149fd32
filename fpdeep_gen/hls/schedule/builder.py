"""Builds operations in canonical form: constants folded, wiring simplified, equal expressions shared."""

from collections.abc import Callable
from dataclasses import dataclass, field

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
    Select,
    Variable,
)
from fpdeep_gen.hls.schedule.arithmetic import evaluate_binary, evaluate_compare, mask

_COMMUTATIVE = frozenset({BinaryKind.ADD, BinaryKind.MUL, BinaryKind.AND, BinaryKind.OR, BinaryKind.XOR})
_BITWISE = frozenset({BinaryKind.AND, BinaryKind.OR, BinaryKind.XOR})
_LOW_BITS = frozenset({BinaryKind.ADD, BinaryKind.SUB, BinaryKind.MUL}) | _BITWISE
_OPPOSITE = {
    CompareKind.EQ: CompareKind.NE,
    CompareKind.ULT: CompareKind.UGE,
    CompareKind.ULE: CompareKind.UGT,
    CompareKind.SLT: CompareKind.SGE,
    CompareKind.SLE: CompareKind.SGT,
}
_OPPOSITE |= {opposite: kind for kind, opposite in _OPPOSITE.items()}
_SWAPPED = {
    CompareKind.ULT: CompareKind.UGT,
    CompareKind.ULE: CompareKind.UGE,
    CompareKind.UGT: CompareKind.ULT,
    CompareKind.UGE: CompareKind.ULE,
    CompareKind.SLT: CompareKind.SGT,
    CompareKind.SLE: CompareKind.SGE,
    CompareKind.SGT: CompareKind.SLT,
    CompareKind.SGE: CompareKind.SLE,
}


@dataclass
class Builder:
    """Appends to `operations`; every method returns an operation that is already there or new."""

    operations: list[Operation] = field(default_factory=list)
    seen: dict[tuple[object, ...], Operation] = field(default_factory=dict)
    narrow: Callable[[Operation], bool] = lambda _: False  # may an operation be rebuilt for its low bits alone?
    location: Location | None = None
    label: str = ""

    def append(self, operation: Operation) -> Operation:
        """An operation with an effect: never shared."""
        self.operations.append(operation)
        return operation

    def _share(self, key: tuple[object, ...], make: Callable[[], Operation]) -> Operation:
        found = self.seen.get(key)
        if found is None:
            found = make()
            found.location, found.name = self.location, self.label
            self.seen[key] = found
            self.operations.append(found)
        return found

    def constant(self, value: int, width: int) -> Operation:
        """`value` modulo 2**width."""
        value = mask(value, width)
        return self._share(("constant", value, width), lambda: Constant(width, value))

    def get(self, variable: Variable) -> Operation:
        """The variable at the start of the iteration."""
        return self._share(("get", id(variable)), lambda: Get(variable.width, variable))

    def binary(self, kind: BinaryKind, left: Operation, right: Operation) -> Operation:
        """`left` kind `right`."""
        width = left.width
        if isinstance(left, Constant) and isinstance(right, Constant):
            folded = evaluate_binary(kind, left.value, right.value, width)
            if folded is not None:
                return self.constant(folded, width)
        if kind in _COMMUTATIVE and isinstance(left, Constant):
            left, right = right, left
        if isinstance(right, Constant):
            simple = self._binary_constant(kind, left, right)
            if simple is not None:
                return simple
        if left is right and kind in (BinaryKind.AND, BinaryKind.OR):
            return left
        if left is right and kind in (BinaryKind.XOR, BinaryKind.SUB):
            return self.constant(0, width)
        if kind is BinaryKind.MUL:
            narrower = self._narrow_product(left, right, width)
            if narrower is not None:
                return narrower
        pair = sorted((id(left), id(right))) if kind in _COMMUTATIVE else [id(left), id(right)]
        return self._share((kind, *pair), lambda: Binary(width, kind, left, right))

    def _binary_constant(self, kind: BinaryKind, left: Operation, right: Constant) -> Operation | None:
        value, width = right.value, left.width
        ones = mask(-1, width)
        if value == 0:
            if kind in (BinaryKind.AND, BinaryKind.MUL):
                return right
            if kind not in (BinaryKind.UDIV, BinaryKind.SDIV, BinaryKind.UREM, BinaryKind.SREM):
                return left
        if value == 1 and kind in (BinaryKind.MUL, BinaryKind.UDIV):
            return left
        if value == ones and kind is BinaryKind.AND:
            return left
        if value == ones and kind is BinaryKind.OR:
            return right
        power = value.bit_length() - 1 if value and value & (value - 1) == 0 else None
        match kind:
            case BinaryKind.AND if value & (value + 1) == 0:
                return self.extend(self.extract(left, 0, value.bit_length()), width, signed=False)
            case BinaryKind.SHL:
                return self._shift_left(left, value)
            case BinaryKind.LSHR:
                return self._shift_right(left, value, signed=False)
            case BinaryKind.ASHR:
                return self._shift_right(left, value, signed=True)
            case BinaryKind.MUL if power is not None:
                return self._shift_left(left, power)
            case BinaryKind.UDIV if power is not None:
                return self._shift_right(left, power, signed=False)
            case BinaryKind.UREM if power is not None:
                if power == 0:
                    return self.constant(0, width)
                return self.extend(self.extract(left, 0, power), width, signed=False)
            case BinaryKind.MUL:
                return self._few_shifts(left, value)
            case BinaryKind.XOR if value == 1 and width == 1:
                return self._invert(left)
            case _:
                return None

    def _invert(self, value: Operation) -> Operation | None:
        if isinstance(value, Compare):
            return self.compare(_OPPOSITE[value.kind], value.left, value.right)
        if isinstance(value, Binary) and value.kind is BinaryKind.XOR and isinstance(value.right, Constant):
            return value.left
        return None

    def _few_shifts(self, left: Operation, value: int) -> Operation | None:
        """A product with a constant of two or three signed digits, without a multiplier."""
        digits, rest, position = [], value, 0
        while rest:
            if rest & 1:
                digit = 2 - (rest & 3)
                digits.append((position, digit))
                rest -= digit
            rest >>= 1
            position += 1
        if len(digits) > 3:
            return None
        digits.sort(key=lambda item: -item[1])
        total = self._shift_left(left, digits[0][0])
        if digits[0][1] < 0:
            return None
        for place, digit in digits[1:]:
            kind = BinaryKind.ADD if digit > 0 else BinaryKind.SUB
            total = self.binary(kind, total, self._shift_left(left, place))
        return total

    def _shift_left(self, value: Operation, amount: int) -> Operation:
        if amount == 0:
            return value
        if amount >= value.width:
            return self.constant(0, value.width)
        return self.concat((self.constant(0, amount), self.extract(value, 0, value.width - amount)))

    def _shift_right(self, value: Operation, amount: int, signed: bool) -> Operation:
        if amount == 0:
            return value
        if amount >= value.width:
            if not signed:
                return self.constant(0, value.width)
            amount = value.width - 1
        return self.extend(self.extract(value, amount, value.width - amount), value.width, signed)

    def _narrow_product(self, left: Operation, right: Operation, width: int) -> Operation | None:
        """The product of extended operands in as many bits as it can have, then extended."""
        (a, a_signed), (b, b_signed) = unextended(left), unextended(right)
        if a.width + b.width >= width:
            return None
        signed = a_signed or b_signed
        size = a.width + b.width
        product = self.binary(BinaryKind.MUL, self.extend(a, size, a_signed), self.extend(b, size, b_signed))
        return self.extend(product, width, signed)

    def compare(self, kind: CompareKind, left: Operation, right: Operation) -> Operation:
        """`left` kind `right`."""
        if isinstance(left, Constant) and isinstance(right, Constant):
            return self.constant(int(evaluate_compare(kind, left.value, right.value, left.width)), 1)
        if isinstance(left, Constant):
            left, right, kind = right, left, _SWAPPED.get(kind, kind)
        if left is right:
            return self.constant(int(evaluate_compare(kind, 0, 0, 1)), 1)
        narrower = self._narrow_compare(kind, left, right)
        if narrower is not None:
            return narrower
        if left.width == 1 and isinstance(right, Constant) and kind in (CompareKind.EQ, CompareKind.NE):
            if (kind is CompareKind.EQ) == bool(right.value):
                return left
            return self.binary(BinaryKind.XOR, left, self.constant(1, 1))
        return self._share((kind, id(left), id(right)), lambda: Compare(1, kind, left, right))

    def _narrow_compare(self, kind: CompareKind, left: Operation, right: Operation) -> Operation | None:
        """Compare without the extension of the operands."""
        equality = kind in (CompareKind.EQ, CompareKind.NE)
        if not isinstance(left, Cast) or left.kind is CastKind.TRUNC:
            return None
        signed = left.kind is CastKind.SEXT
        inner = left.value
        if isinstance(right, Constant):
            low = mask(right.value, inner.width)
            extended = mask(low - (1 << inner.width) * (low >> (inner.width - 1) if signed else 0), left.width)
            if extended != right.value:
                return self.constant(int(kind is CompareKind.NE), 1) if equality else None
            other: Operation = self.constant(low, inner.width)
        elif isinstance(right, Cast) and right.kind is left.kind:
            size = max(inner.width, right.value.width)
            inner, other = self.extend(inner, size, signed), self.extend(right.value, size, signed)
        else:
            return None
        if not equality and not signed and kind.name.startswith("S"):
            kind = CompareKind[f"U{kind.name[1:]}"]
        elif not equality and signed and kind.name.startswith("U"):
            return None
        return self.compare(kind, inner, other)

    def select(self, condition: Operation, if_true: Operation, if_false: Operation) -> Operation:
        """`condition ? if_true : if_false`."""
        if isinstance(condition, Constant):
            return if_true if condition.value else if_false
        if if_true is if_false:
            return if_true
        if if_true.width == 1:
            simple = self._boolean_select(condition, if_true, if_false)
            if simple is not None:
                return simple
        if isinstance(condition, Binary) and condition.kind is BinaryKind.XOR and isinstance(condition.right, Constant):
            return self.select(condition.left, if_false, if_true)
        common = self._select_extended(condition, if_true, if_false)
        if common is not None:
            return common
        return self._share(
            ("select", id(condition), id(if_true), id(if_false)),
            lambda: Select(if_true.width, condition, if_true, if_false),
        )

    def _select_extended(self, condition: Operation, if_true: Operation, if_false: Operation) -> Operation | None:
        """Choose before the extension."""
        (a, a_signed), (b, b_signed) = unextended(if_true), unextended(if_false)
        width = if_true.width
        if isinstance(a, Constant) and b.width < width:
            a, a_signed = self._constant_like(a, b.width, b_signed), b_signed
        elif isinstance(b, Constant) and a.width < width:
            b, b_signed = self._constant_like(b, a.width, a_signed), a_signed
        if a.width == width or b.width == width or a_signed != b_signed:
            return None
        size = max(a.width, b.width)
        chosen = self.select(condition, self.extend(a, size, a_signed), self.extend(b, size, b_signed))
        return self.extend(chosen, width, a_signed)

    def _constant_like(self, value: Constant, width: int, signed: bool) -> Operation:
        low = mask(value.value, width)
        extended = mask(low - ((low >> (width - 1)) << width if signed else 0), value.width)
        return self.constant(low, width) if extended == value.value else value

    def _boolean_select(self, condition: Operation, if_true: Operation, if_false: Operation) -> Operation | None:
        if isinstance(if_true, Constant):
            if if_true.value:
                return self.binary(BinaryKind.OR, condition, if_false)
            inverse = self.binary(BinaryKind.XOR, condition, self.constant(1, 1))
            return self.binary(BinaryKind.AND, inverse, if_false)
        if isinstance(if_false, Constant):
            if not if_false.value:
                return self.binary(BinaryKind.AND, condition, if_true)
            inverse = self.binary(BinaryKind.XOR, condition, self.constant(1, 1))
            return self.binary(BinaryKind.OR, inverse, if_true)
        return None

    def extend(self, value: Operation, width: int, signed: bool) -> Operation:
        """Sign or zero extension; the value itself when it is as wide already."""
        if value.width == width:
            return value
        if isinstance(value, Constant):
            sign = signed and value.value >> (value.width - 1)
            return self.constant(value.value - (1 << value.width) if sign else value.value, width)
        kind = CastKind.SEXT if signed else CastKind.ZEXT
        if isinstance(value, Cast) and value.kind is CastKind.ZEXT:
            kind, value = CastKind.ZEXT, value.value
        elif isinstance(value, Cast) and value.kind is kind:
            value = value.value
        return self._share((kind, id(value), width), lambda: Cast(width, kind, value))

    def extract(self, value: Operation, low: int, width: int) -> Operation:
        """Bits [low, low + width)."""
        if width == value.width:
            return value
        match value:
            case Constant():
                return self.constant(value.value >> low, width)
            case Extract():
                return self.extract(value.value, value.low + low, width)
            case Concat():
                return self._extract_parts(value, low, width)
            case Cast():
                inner = value.value
                if low + width <= inner.width:
                    return self.extract(inner, low, width)
                if low < inner.width:
                    rest = self.extract(inner, low, inner.width - low)
                    return self.extend(rest, width, value.kind is CastKind.SEXT)
                if value.kind is CastKind.ZEXT:
                    return self.constant(0, width)
                return self.extend(self.extract(inner, inner.width - 1, 1), width, signed=True)
            case Binary() if value.kind in _BITWISE and self.narrow(value):
                return self.binary(
                    value.kind, self.extract(value.left, low, width), self.extract(value.right, low, width)
                )
            case Binary() if value.kind in _LOW_BITS and self.narrow(value) and low == 0:
                return self.binary(value.kind, self.extract(value.left, 0, width), self.extract(value.right, 0, width))
            case Select() if self.narrow(value):
                return self.select(
                    value.condition, self.extract(value.if_true, low, width), self.extract(value.if_false, low, width)
                )
            case _:
                return self._share(("extract", id(value), low, width), lambda: Extract(width, value, low))

    def _extract_parts(self, value: Concat, low: int, width: int) -> Operation:
        parts, base = [], 0
        for part in value.parts:
            start, end = max(low, base), min(low + width, base + part.width)
            if start < end:
                parts.append(self.extract(part, start - base, end - start))
            base += part.width
        return self.concat(tuple(parts))

    def concat(self, parts: tuple[Operation, ...]) -> Operation:
        """Parts joined, parts[0] lowest; neighbours that belong together become one again."""
        joined: list[Operation] = []
        for part in [inner for outer in parts for inner in (outer.parts if isinstance(outer, Concat) else (outer,))]:
            last = joined[-1] if joined else None
            if isinstance(last, Constant) and isinstance(part, Constant):
                joined[-1] = self.constant(part.value << last.width | last.value, last.width + part.width)
            elif (
                isinstance(last, Extract)
                and isinstance(part, Extract)
                and last.value is part.value
                and (last.low + last.width == part.low)
            ):
                joined[-1] = self.extract(last.value, last.low, last.width + part.width)
            else:
                joined.append(part)
        if len(joined) == 1:
            return joined[0]
        if len(joined) == 2 and isinstance(joined[1], Constant) and joined[1].value == 0:
            return self.extend(joined[0], sum(part.width for part in joined), signed=False)
        key = ("concat", *(id(part) for part in joined))
        return self._share(key, lambda: Concat(sum(part.width for part in joined), tuple(joined)))


def unextended(value: Operation) -> tuple[Operation, bool]:
    """The value before its extension, and whether it was signed."""
    if isinstance(value, Cast) and value.kind in (CastKind.SEXT, CastKind.ZEXT):
        return value.value, value.kind is CastKind.SEXT
    return value, False

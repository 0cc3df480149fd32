"""Rewriting rules of the builder: each returns a simpler operation, or None."""

from typing import TYPE_CHECKING

from fpdeep_gen.hls.ir import (
    Binary,
    BinaryKind,
    Cast,
    CastKind,
    Concat,
    Constant,
    Extract,
    Operation,
)

if TYPE_CHECKING:
    from fpdeep_gen.hls.passes.builder import Builder

_BITWISE = (BinaryKind.AND, BinaryKind.OR, BinaryKind.XOR)


def merge_parts(builder: "Builder", parts: list[Operation]) -> list[Operation]:
    """Flattens, and joins neighbours that are constants or slices of one value."""
    merged: list[Operation] = []
    work = list(reversed(parts))
    while work:
        part = work.pop()
        if isinstance(part, Concat):
            work.extend(reversed(part.parts))
            continue
        if isinstance(part, Cast) and part.kind is CastKind.ZEXT:
            work.append(builder.constant(0, part.width - part.value.width))
            work.append(part.value)
            continue
        last = merged[-1] if merged else None
        if isinstance(part, Constant) and isinstance(last, Constant):
            merged[-1] = builder.constant(last.value | part.value << last.width, last.width + part.width)
        elif isinstance(part, Extract) and _follows(last, part):
            assert isinstance(last, Extract)
            merged[-1] = builder.extract(last.value, last.low, last.width + part.width)
        else:
            merged.append(part)
    return merged


def _follows(last: Operation | None, part: Extract) -> bool:
    return isinstance(last, Extract) and last.value is part.value and last.low + last.width == part.low


def simplify_binary(builder: "Builder", kind: BinaryKind, left: Operation, right: Operation) -> Operation | None:
    """Identities; constants are on the right where the operation commutes."""
    width = left.width
    if isinstance(right, Constant):
        return _with_constant(builder, kind, left, right.value, width)
    if left is right:
        if kind in (BinaryKind.AND, BinaryKind.OR):
            return left
        if kind in (BinaryKind.XOR, BinaryKind.SUB):
            return builder.constant(0, width)
    if width == 1 and kind in (BinaryKind.AND, BinaryKind.OR):
        return _one_bit(builder, kind, left, right)
    if kind is BinaryKind.OR:
        return _join_disjoint(builder, left, right)
    return None


def _with_constant(builder: "Builder", kind: BinaryKind, left: Operation, value: int, width: int) -> Operation | None:
    ones = (1 << width) - 1
    match kind:
        case BinaryKind.ADD | BinaryKind.SUB | BinaryKind.XOR | BinaryKind.OR if value == 0:
            return left
        case BinaryKind.OR if value == ones:
            return builder.constant(ones, width)
        case BinaryKind.AND:
            return _mask(builder, left, value, width)
        case BinaryKind.OR:
            return _join_disjoint(builder, left, builder.constant(value, width))
        case BinaryKind.XOR if width == 1 and isinstance(left, Binary) and left.kind is BinaryKind.XOR:
            return left.left if isinstance(left.right, Constant) else None
        case BinaryKind.SUB:
            return builder.binary(BinaryKind.ADD, left, builder.constant(-value, width))
        case BinaryKind.MUL if value & (value - 1) == 0:
            if value == 0:
                return builder.constant(0, width)
            return builder.binary(BinaryKind.SHL, left, builder.constant(value.bit_length() - 1, width))
        case BinaryKind.UDIV if value and value & (value - 1) == 0:
            return builder.binary(BinaryKind.LSHR, left, builder.constant(value.bit_length() - 1, width))
        case BinaryKind.UREM if value and value & (value - 1) == 0:
            return _mask(builder, left, value - 1, width)
        case BinaryKind.SDIV | BinaryKind.SREM if value == 1:
            return left if kind is BinaryKind.SDIV else builder.constant(0, width)
        case BinaryKind.SDIV | BinaryKind.SREM if value & (value - 1) == 0 and 0 < value < 1 << (width - 1):
            return _divide_by_power(builder, kind, left, value.bit_length() - 1)
        case BinaryKind.SHL:
            if value >= width:
                return builder.constant(0, width)
            low = builder.constant(0, value)
            return builder.concat([low, builder.extract(left, 0, width - value)]) if value else left
        case BinaryKind.LSHR:
            if value >= width:
                return builder.constant(0, width)
            return builder.zext(builder.extract(left, value, width - value), width)
        case BinaryKind.ASHR:
            value = min(value, width - 1)
            return builder.sext(builder.extract(left, value, width - value), width)
        case _:
            return None


def _divide_by_power(builder: "Builder", kind: BinaryKind, left: Operation, power: int) -> Operation:
    """Towards zero: a negative dividend gets 2^power - 1 added before its low bits are cut off."""
    width = left.width
    bias = builder.sext(builder.extract(left, width - 1, 1), power)
    if kind is BinaryKind.SDIV:
        biased = builder.binary(BinaryKind.ADD, left, builder.zext(bias, width))
        return builder.binary(BinaryKind.ASHR, biased, builder.constant(power, width))
    low = builder.binary(BinaryKind.ADD, builder.extract(left, 0, power), bias)
    rest = builder.binary(BinaryKind.SUB, builder.zext(low, power + 1), builder.zext(bias, power + 1))
    return builder.sext(rest, width)


def _mask(builder: "Builder", left: Operation, value: int, width: int) -> Operation:
    """And with a constant: slices between zeros."""
    parts: list[Operation] = []
    at = 0
    while at < width:
        bit = value >> at & 1
        rest = (value >> at) ^ (-1 if bit else 0)
        run = min((rest & -rest).bit_length() - 1, width - at) if rest else width - at
        parts.append(builder.extract(left, at, run) if bit else builder.constant(0, run))
        at += run
    return builder.concat(parts)


def _pieces(operation: Operation) -> list[Operation]:
    """Parts, lowest first."""
    if isinstance(operation, Concat):
        return list(operation.parts)
    if isinstance(operation, Cast) and operation.kind is CastKind.ZEXT:
        return [*_pieces(operation.value), Constant(operation.width - operation.value.width, 0)]
    return [operation]


def _join_disjoint(builder: "Builder", left: Operation, right: Operation) -> Operation | None:
    """Or of two values where at every bit one is known to be zero (or one is constant)."""
    a, b = _pieces(left), _pieces(right)
    if len(a) == 1 and len(b) == 1 and not (isinstance(left, Constant) or isinstance(right, Constant)):
        return None
    if len(a) == 1 and len(b) == 1:
        return None
    plan: list[tuple[Operation, int, int]] = []
    i = j = used_a = used_b = 0
    while i < len(a) and j < len(b):
        run = min(a[i].width - used_a, b[j].width - used_b)
        if _zero(a[i], used_a, run):
            plan.append((b[j], used_b, run))
        elif _zero(b[j], used_b, run):
            plan.append((a[i], used_a, run))
        else:
            return None
        used_a += run
        used_b += run
        if used_a == a[i].width:
            i, used_a = i + 1, 0
        if used_b == b[j].width:
            j, used_b = j + 1, 0
    return builder.concat([builder.extract(part, low, run) for part, low, run in plan])


def _zero(part: Operation, low: int, run: int) -> bool:
    return isinstance(part, Constant) and (part.value >> low) & ((1 << run) - 1) == 0


def is_not(value: Operation) -> Operation | None:
    """What the value is the inverse of, where it is one."""
    if isinstance(value, Binary) and value.kind is BinaryKind.XOR and value.width == 1:
        return value.left if isinstance(value.right, Constant) else None
    return None


def opposite(builder: "Builder", left: Operation, right: Operation) -> bool:
    """Whether one bit is the inverse of the other."""
    if is_not(left) is right or is_not(right) is left:
        return True
    from fpdeep_gen.hls.ir import Compare
    from fpdeep_gen.hls.passes.builder import INVERSE

    if not (isinstance(left, Compare) and isinstance(right, Compare)):
        return False
    return left.left is right.left and left.right is right.right and INVERSE[left.kind] is right.kind


def _one_bit(builder: "Builder", kind: BinaryKind, left: Operation, right: Operation) -> Operation | None:
    if opposite(builder, left, right):
        return builder.constant(int(kind is BinaryKind.OR), 1)
    other = BinaryKind.OR if kind is BinaryKind.AND else BinaryKind.AND
    for one, two in ((left, right), (right, left)):
        if not isinstance(one, Binary):
            continue
        if two is one.left or two is one.right:
            if one.kind is kind:
                return one
            if one.kind is other:
                return two
        if one.kind is other:  # a | (!a & b) = a | b, and the dual
            if opposite(builder, one.left, two):
                return builder.binary(kind, one.right, two)
            if opposite(builder, one.right, two):
                return builder.binary(kind, one.left, two)
    if isinstance(left, Binary) and isinstance(right, Binary) and left.kind is other and right.kind is other:
        return _factor(builder, kind, left, right)
    return None


def _factor(builder: "Builder", kind: BinaryKind, left: Binary, right: Binary) -> Operation | None:
    """(p & c) | (p & !c) = p, and the dual."""
    for common, rest in ((left.left, left.right), (left.right, left.left)):
        for same, more in ((right.left, right.right), (right.right, right.left)):
            if common is same and opposite(builder, rest, more):
                return common
    return None


def narrow_binary(builder: "Builder", kind: BinaryKind, left: Operation, right: Operation) -> Operation | None:
    """The same in fewer bits, extended."""
    width = left.width
    a, b = builder.known(left), builder.known(right)
    unsigned, signed = _result_bits(kind, a, b, width)
    if min(unsigned, signed) >= width:
        return None
    is_signed = signed < unsigned
    bits = max(1, signed if is_signed else unsigned)
    if bits >= width:
        return None
    inner = builder.binary(kind, builder.extract(left, 0, bits), builder.extract(right, 0, bits))
    return builder.sext(inner, width) if is_signed else builder.zext(inner, width)


def _result_bits(kind: BinaryKind, a: tuple[int, int], b: tuple[int, int], width: int) -> tuple[int, int]:
    unsigned, signed = max(a[0], b[0]), max(a[1], b[1])
    match kind:
        case BinaryKind.ADD:
            return unsigned + 1, signed + 1
        case BinaryKind.SUB:
            return width, signed + 1
        case BinaryKind.MUL:
            return a[0] + b[0], a[1] + b[1]
        case BinaryKind.AND:
            return min(a[0], b[0]), signed
        case BinaryKind.OR | BinaryKind.XOR:
            return unsigned, signed
        case BinaryKind.UDIV | BinaryKind.UREM:
            return unsigned, width
        case BinaryKind.SDIV | BinaryKind.SREM:
            return width, signed + 1
        case _:
            return width, width

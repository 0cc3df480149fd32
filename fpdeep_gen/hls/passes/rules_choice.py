"""Rewriting rules of comparisons and selects: each returns a simpler operation, or None."""

from typing import TYPE_CHECKING

from fpdeep_gen.hls.ir import (
    CompareKind,
    Constant,
    Operation,
    Select,
)
from fpdeep_gen.hls.passes.rules import is_not, opposite

if TYPE_CHECKING:
    from fpdeep_gen.hls.passes.builder import Builder


def simplify_compare(builder: "Builder", kind: CompareKind, left: Operation, right: Operation) -> Operation | None:
    """Trivial answers, one-bit operands, fewer bits."""
    from fpdeep_gen.hls.passes.builder import UNSIGNED

    if left is right:
        same = kind in (CompareKind.EQ, CompareKind.ULE, CompareKind.UGE, CompareKind.SLE, CompareKind.SGE)
        return builder.constant(int(same), 1)
    a, b = builder.known(left), builder.known(right)
    width = left.width
    if kind in UNSIGNED and a[0] < width and b[0] < width:
        kind = UNSIGNED[kind]
        return builder.compare(kind, left, right)
    bits = min(max(a[0], b[0]), max(a[1], b[1])) if kind not in UNSIGNED else max(a[1], b[1])
    bits = max(1, bits)
    if bits < width:
        return builder.compare(kind, builder.extract(left, 0, bits), builder.extract(right, 0, bits))
    if isinstance(right, Constant):
        return _compare_constant(builder, kind, left, right.value, a[0], width)
    return None


def _compare_constant(
    builder: "Builder", kind: CompareKind, left: Operation, value: int, unsigned: int, width: int
) -> Operation | None:
    if width == 1 and kind in (CompareKind.EQ, CompareKind.NE):
        return left if (kind is CompareKind.EQ) == (value == 1) else builder.invert(left)
    if value >= 1 << unsigned:  # left is below 2**unsigned
        match kind:
            case CompareKind.EQ | CompareKind.UGT | CompareKind.UGE:
                return builder.constant(0, 1)
            case CompareKind.NE | CompareKind.ULT | CompareKind.ULE:
                return builder.constant(1, 1)
            case _:
                return None
    match kind:
        case CompareKind.ULT if value == 0:
            return builder.constant(0, 1)
        case CompareKind.UGE if value == 0:
            return builder.constant(1, 1)
        case CompareKind.ULT if value == 1:
            return builder.compare(CompareKind.EQ, left, builder.constant(0, width))
        case CompareKind.UGT if value == 0:
            return builder.compare(CompareKind.NE, left, builder.constant(0, width))
        case CompareKind.UGE if value == 1:
            return builder.compare(CompareKind.NE, left, builder.constant(0, width))
        case CompareKind.SLT if value == 0:
            return builder.extract(left, width - 1, 1)
        case CompareKind.SGE if value == 0:
            return builder.invert(builder.extract(left, width - 1, 1))
        case CompareKind.SGT if value == (1 << width) - 1:
            return builder.invert(builder.extract(left, width - 1, 1))
        case _:
            return None


def simplify_select(
    builder: "Builder", condition: Operation, if_true: Operation, if_false: Operation
) -> Operation | None:
    """Known conditions, nested selects on one condition, one-bit arms, fewer bits."""
    if isinstance(condition, Constant):
        return if_true if condition.value else if_false
    if if_true is if_false:
        return if_true
    inverted = is_not(condition)
    if inverted is not None:
        return builder.select(inverted, if_false, if_true)
    if isinstance(if_true, Select) and if_true.condition is condition:
        return builder.select(condition, if_true.if_true, if_false)
    if isinstance(if_false, Select):
        if if_false.condition is condition:
            return builder.select(condition, if_true, if_false.if_false)
        if opposite(builder, if_false.condition, condition):
            return builder.select(condition, if_true, if_false.if_true)
        if if_false.if_true is if_true:  # c ? x : (d ? x : y)
            return builder.select(builder.either(condition, if_false.condition), if_true, if_false.if_false)
    if if_true.width == 1:
        return _select_bit(builder, condition, if_true, if_false)
    a, b = builder.known(if_true), builder.known(if_false)
    unsigned, signed = max(a[0], b[0]), max(a[1], b[1])
    width = if_true.width
    bits = max(1, min(unsigned, signed))
    if bits >= width:
        return None
    inner = builder.select(condition, builder.extract(if_true, 0, bits), builder.extract(if_false, 0, bits))
    return builder.sext(inner, width) if signed < unsigned else builder.zext(inner, width)


def _select_bit(builder: "Builder", condition: Operation, if_true: Operation, if_false: Operation) -> Operation | None:
    if isinstance(if_true, Constant):
        if if_true.value:
            return builder.either(condition, if_false)
        return builder.both(builder.invert(condition), if_false)
    if isinstance(if_false, Constant):
        if if_false.value:
            return builder.either(builder.invert(condition), if_true)
        return builder.both(condition, if_true)
    if if_true is condition:
        return builder.either(condition, if_false)
    if if_false is condition:
        return builder.both(condition, if_true)
    return None

"""LLVM's integer intrinsics as plain operations: bit counts, byte swaps, funnel shifts, saturating sums."""

from collections.abc import Callable

from fpdeep_gen.hls.ir import BinaryKind, CompareKind, Operation
from fpdeep_gen.hls.passes.builder import Builder

_EXTREMES = {
    "@llvm.smax": CompareKind.SGT,
    "@llvm.smin": CompareKind.SLT,
    "@llvm.umax": CompareKind.UGT,
    "@llvm.umin": CompareKind.ULT,
}


def lower_intrinsic(builder: Builder, callee: str, operands: list[Operation]) -> Operation | None:
    """The result, or None for one that is not known here. `callee` as LLVM writes it, types included."""
    parts = callee.split(".")
    head = ".".join(parts[:2])
    kind = _EXTREMES.get(head)
    if kind is not None:
        left, right = operands
        return builder.select(builder.compare(kind, left, right), left, right)
    if len(parts) > 3 and parts[2] == "sat":
        return _saturated(builder, parts[1], *operands)
    maker = _MAKERS.get(head)
    return None if maker is None else maker(builder, operands)


def _count_ones(builder: Builder, operands: list[Operation]) -> Operation:
    value = operands[0]
    bits = [builder.resize(builder.extract(value, place, 1), value.width) for place in range(value.width)]
    while len(bits) > 1:
        pairs = [builder.add(bits[at], bits[at + 1]) for at in range(0, len(bits) - 1, 2)]
        bits = [*pairs, *bits[len(pairs) * 2 :]]
    return bits[0]


def _zeros(builder: Builder, value: Operation, from_top: bool) -> Operation:
    """The number of zeros before the first one, looking from the top or from the bottom; the width for zero."""
    width = value.width
    result = builder.constant(width, width)
    for place in range(width) if from_top else reversed(range(width)):
        count = width - 1 - place if from_top else place
        result = builder.select(builder.extract(value, place, 1), builder.constant(count, width), result)
    return result


def _swapped(builder: Builder, operands: list[Operation], unit: int) -> Operation:
    value = operands[0]
    return builder.concat([builder.extract(value, low, unit) for low in reversed(range(0, value.width, unit))])


def _funnel(builder: Builder, operands: list[Operation], left: bool) -> Operation:
    high, low, amount = operands
    width = high.width
    both = builder.concat([low, high])
    count = builder.zext(builder.binary(BinaryKind.UREM, amount, builder.constant(width, width)), 2 * width)
    shifted = builder.binary(BinaryKind.SHL if left else BinaryKind.LSHR, both, count)
    return builder.extract(shifted, width if left else 0, width)


def _absolute(builder: Builder, operands: list[Operation]) -> Operation:
    value = operands[0]
    zero = builder.constant(0, value.width)
    negative = builder.compare(CompareKind.SLT, value, zero)
    return builder.select(negative, builder.binary(BinaryKind.SUB, zero, value), value)


def _saturated(builder: Builder, name: str, left: Operation, right: Operation) -> Operation:
    width, signed = left.width, name[0] == "s"
    kind = BinaryKind.ADD if name.endswith("add") else BinaryKind.SUB
    wide = builder.binary(kind, builder.resize(left, width + 2, signed), builder.resize(right, width + 2, signed))
    top = (1 << (width - 1)) - 1 if signed else (1 << width) - 1
    bottom = -(1 << (width - 1)) if signed else 0
    for limit, compare in ((top, CompareKind.SGT), (bottom, CompareKind.SLT)):
        bound = builder.constant(limit, width + 2)
        wide = builder.select(builder.compare(compare, wide, bound), bound, wide)
    return builder.resize(wide, width)


_MAKERS: dict[str, Callable[[Builder, list[Operation]], Operation]] = {
    "@llvm.ctpop": _count_ones,
    "@llvm.ctlz": lambda builder, operands: _zeros(builder, operands[0], True),
    "@llvm.cttz": lambda builder, operands: _zeros(builder, operands[0], False),
    "@llvm.bswap": lambda builder, operands: _swapped(builder, operands, 8),
    "@llvm.bitreverse": lambda builder, operands: _swapped(builder, operands, 1),
    "@llvm.fshl": lambda builder, operands: _funnel(builder, operands, True),
    "@llvm.fshr": lambda builder, operands: _funnel(builder, operands, False),
    "@llvm.abs": _absolute,
}

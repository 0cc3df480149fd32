"""How many bits of an operation carry information, and arithmetic on constants."""

from fpdeep_gen.hls.ir import (
    Binary,
    BinaryKind,
    Cast,
    CastKind,
    CompareKind,
    Concat,
    Constant,
    Extract,
    Operation,
    Select,
)

Known = tuple[int, int]  # the value is below 2**first; it is the sign extension of its low `second` bits


def known_bits(operation: Operation, cache: dict[Operation, Known]) -> Known:
    """Bits as an unsigned and as a signed number, both at most the width. Linear over all calls with one cache."""
    found = cache.get(operation)
    if found is None:
        unsigned, signed = _known(operation, cache)
        width = operation.width
        unsigned = max(0, min(unsigned, width))
        signed = max(1, min(signed, width, unsigned + 1))
        found = (unsigned, signed)
        cache[operation] = found
    return found


def constant_bits(value: int, width: int) -> Known:
    """For a constant `value` in [0, 2**width)."""
    negative = width > 0 and value >> (width - 1) & 1
    signed = (((1 << width) - 1) ^ value).bit_length() + 1 if negative else value.bit_length() + 1
    return value.bit_length(), signed


def _known(operation: Operation, cache: dict[Operation, Known]) -> Known:
    width = operation.width
    match operation:
        case Constant(value=value):
            return constant_bits(value, width)
        case Cast(kind=CastKind.ZEXT, value=value):
            unsigned, _ = known_bits(value, cache)
            return unsigned, unsigned + 1
        case Cast(kind=CastKind.SEXT, value=value):
            unsigned, signed = known_bits(value, cache)
            return (unsigned if unsigned < value.width else width), signed
        case Extract(value=value, low=low):
            unsigned, signed = known_bits(value, cache)
            return unsigned - low, max(1, signed - low)
        case Select(if_true=one, if_false=other):
            a, b = known_bits(one, cache), known_bits(other, cache)
            return max(a[0], b[0]), max(a[1], b[1])
        case Concat(parts=parts):
            top, _ = known_bits(parts[-1], cache)
            return (width - parts[-1].width + top), width
        case Binary():
            return _known_binary(operation, cache)
        case _:
            return width, width


def _known_binary(operation: Binary, cache: dict[Operation, Known]) -> Known:
    width = operation.width
    a, b = known_bits(operation.left, cache), known_bits(operation.right, cache)
    match operation.kind:
        case BinaryKind.AND:
            return min(a[0], b[0]), max(a[1], b[1])
        case BinaryKind.OR | BinaryKind.XOR:
            return max(a[0], b[0]), max(a[1], b[1])
        case BinaryKind.ADD:
            unsigned = max(a[0], b[0]) + 1
            return (unsigned if unsigned <= width else width), max(a[1], b[1]) + 1
        case BinaryKind.SUB:
            return width, max(a[1], b[1]) + 1
        case BinaryKind.MUL:
            unsigned = a[0] + b[0]
            return (unsigned if unsigned <= width else width), a[1] + b[1]
        case BinaryKind.LSHR | BinaryKind.UDIV:
            return a[0], width
        case BinaryKind.UREM:
            return min(a[0], b[0]), width
        case BinaryKind.ASHR:
            return (a[0] if a[0] < width else width), a[1]
        case BinaryKind.SDIV:
            return width, a[1] + 1
        case BinaryKind.SREM:
            return (a[0] if a[0] < width else width), min(a[1], b[1])
        case _:
            return width, width


def signed_value(value: int, width: int) -> int:
    """The two's-complement number of `width` bits."""
    return value - (1 << width) if width and value >> (width - 1) & 1 else value


def evaluate_binary(kind: BinaryKind, left: int, right: int, width: int) -> int:
    """On values in [0, 2**width).

    What C++ leaves open: a shift by the width or more gives 0 (or the sign), a division by 0 gives 0.
    """
    mask = (1 << width) - 1
    match kind:
        case BinaryKind.ADD:
            return (left + right) & mask
        case BinaryKind.SUB:
            return (left - right) & mask
        case BinaryKind.MUL:
            return (left * right) & mask
        case BinaryKind.AND:
            return left & right
        case BinaryKind.OR:
            return left | right
        case BinaryKind.XOR:
            return left ^ right
        case BinaryKind.SHL:
            return (left << right) & mask if right < width else 0
        case BinaryKind.LSHR:
            return left >> right if right < width else 0
        case BinaryKind.ASHR:
            return (signed_value(left, width) >> min(right, width)) & mask
        case BinaryKind.UDIV:
            return left // right if right else 0
        case BinaryKind.UREM:
            return left % right if right else 0
        case BinaryKind.SDIV | BinaryKind.SREM:
            return _signed_division(kind, signed_value(left, width), signed_value(right, width)) & mask


def _signed_division(kind: BinaryKind, left: int, right: int) -> int:
    if right == 0:
        return 0
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    return quotient if kind is BinaryKind.SDIV else left - quotient * right


def evaluate_compare(kind: CompareKind, left: int, right: int, width: int) -> bool:
    """On values in [0, 2**width)."""
    if kind in (CompareKind.SLT, CompareKind.SLE, CompareKind.SGT, CompareKind.SGE):
        left, right = signed_value(left, width), signed_value(right, width)
    match kind:
        case CompareKind.EQ:
            return left == right
        case CompareKind.NE:
            return left != right
        case CompareKind.ULT | CompareKind.SLT:
            return left < right
        case CompareKind.ULE | CompareKind.SLE:
            return left <= right
        case CompareKind.UGT | CompareKind.SGT:
            return left > right
        case CompareKind.UGE | CompareKind.SGE:
            return left >= right

"""Two's-complement arithmetic of the IR on Python integers, as bit patterns in [0, 2**width)."""

from fpdeep_gen.hls.ir import BinaryKind, CompareKind


def mask(value: int, width: int) -> int:
    """`value` modulo 2**width."""
    return value & ((1 << width) - 1)


def signed(value: int, width: int) -> int:
    """The pattern as a two's-complement number."""
    return value - (1 << width) if value >> (width - 1) & 1 else value


def evaluate_binary(kind: BinaryKind, left: int, right: int, width: int) -> int | None:
    """The result's pattern; None where it is not defined (division by zero)."""
    match kind:
        case BinaryKind.ADD:
            return mask(left + right, width)
        case BinaryKind.SUB:
            return mask(left - right, width)
        case BinaryKind.MUL:
            return mask(left * right, width)
        case BinaryKind.AND:
            return left & right
        case BinaryKind.OR:
            return left | right
        case BinaryKind.XOR:
            return left ^ right
        case BinaryKind.SHL:
            return mask(left << min(right, width), width)
        case BinaryKind.LSHR:
            return left >> min(right, width)
        case BinaryKind.ASHR:
            return mask(signed(left, width) >> min(right, width), width)
    if right == 0:
        return None
    if kind in (BinaryKind.UDIV, BinaryKind.UREM):
        return left // right if kind is BinaryKind.UDIV else left % right
    numerator, divisor = signed(left, width), signed(right, width)
    quotient = abs(numerator) // abs(divisor) * (1 if (numerator < 0) == (divisor < 0) else -1)
    return mask(quotient if kind is BinaryKind.SDIV else numerator - quotient * divisor, width)


def evaluate_compare(kind: CompareKind, left: int, right: int, width: int) -> bool:
    """Whether the comparison holds."""
    if kind.name.startswith("S"):
        left, right = signed(left, width), signed(right, width)
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

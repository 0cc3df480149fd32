"""Products without DSPs, as BIND_OP asks for them: a tree of sums of partial products."""

from dataclasses import dataclass

from fpdeep_gen.hls.ir import BinaryKind, Constant, Operation
from fpdeep_gen.hls.schedule.builder import Builder, unextended


@dataclass(frozen=True, slots=True)
class _Row:
    """A number at a place; `negative`: it is taken off."""

    value: Operation
    signed: bool
    negative: bool


def fabric_product(builder: Builder, left: Operation, right: Operation) -> Operation:
    """`left * right` modulo 2**width. Of w by v bits, v <= w: v - 1 sums of about w + 1 bits in log2(v) levels.

    Rows of the shorter factor's bits are joined two by two; what lies below the upper one's place passes by the sum.
    """
    (wide, wide_signed), (short, short_signed) = sorted(
        (unextended(left), unextended(right)), key=lambda one: (isinstance(one[0], Constant), -one[0].width)
    )
    rows = []
    for place in range(short.width):
        bit = builder.extract(short, place, 1)
        row = builder.select(bit, wide, builder.constant(0, wide.width))
        rows.append(_Row(row, wide_signed, short_signed and place == short.width - 1))
    distance = 1
    while len(rows) > 1:
        pairs = [rows[at : at + 2] for at in range(0, len(rows), 2)]
        rows = [_joined(builder, pair[0], pair[1], distance) if len(pair) == 2 else pair[0] for pair in pairs]
        distance *= 2
    (total,) = rows
    if total.negative:  # one bit, which is the sign
        zero = builder.constant(0, left.width)
        return builder.binary(BinaryKind.SUB, zero, builder.extend(total.value, left.width, total.signed))
    if total.value.width > left.width:
        return builder.extract(total.value, 0, left.width)
    return builder.extend(total.value, left.width, total.signed)


def _joined(builder: Builder, low: _Row, high: _Row, distance: int) -> _Row:
    """low + high * 2**distance."""
    signed = low.signed or high.signed or high.negative
    if low.value.width <= distance:  # nothing of it reaches the upper one, unless it is its sign
        low = _Row(builder.extend(low.value, distance + 1, low.signed), low.signed, negative=False)
    above = builder.extract(low.value, distance, low.value.width - distance)
    # one bit for the carry, and one for the sign where unsigned numbers meet signed ones
    sizes = [above.width + (signed and not low.signed), high.value.width + (signed and not high.signed)]
    width = max(sizes) + 1
    kind = BinaryKind.SUB if high.negative else BinaryKind.ADD
    joined = builder.binary(
        kind, builder.extend(above, width, low.signed), builder.extend(high.value, width, high.signed)
    )
    return _Row(builder.concat((builder.extract(low.value, 0, distance), joined)), signed, negative=False)

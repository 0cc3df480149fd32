"""Pieces for each rule of the reference headers that is easy to get wrong; each was a difference once."""

import random

from tests.hls.headers.operands import NATIVE, Operand, Piece


def _piece(name: str, *lines: str, **operands: str) -> Piece:
    """Lines over operands by name; each operand is read in order."""
    piece = Piece(random.Random(0), topic=name)
    for variable, kind in operands.items():
        width = NATIVE[kind][0] if kind in NATIVE else int(kind.partition("<")[2].partition(",")[0].rstrip(">"))
        nonzero = variable.endswith("_nonzero")
        taken = piece.take(kind, Operand(width, nonzero))
        piece.lines.append(f"auto &{variable} = {taken};")
    piece.lines.extend(f"out.give({line});" if not line.endswith(";") else line for line in lines)
    return piece


def named_pieces() -> list[Piece]:
    """All of them."""
    return [
        # A bit is no ap_uint<1>: with a native integer or another bit it converts to int.
        _piece("bit_shifted_by_native", "a[3] << 4", "a[3] + 1", a="ap_uint<9>"),
        _piece("bits_combine_as_int", "a[0] ^ a[1]", "a[0] & a[2]", "-(a[0] | a[1])", a="ap_uint<9>"),
        _piece("complement_of_a_bit", "~a[2]", a="ap_int<9>"),
        # `native << ap_int` is a native shift, of the promoted type.
        _piece("native_shifted_by_integer", "(unsigned char)200 << a", "1 << a", a="ap_uint<4>"),
        # The type of `native op ap_int` is that of the operands the other way round.
        _piece("native_divided", "1000 / a_nonzero", "-7 % a_nonzero", a_nonzero="ap_uint<8>"),
        # Its value has the width of the native one before.
        _piece(
            "negative_native_divided",
            "a / b_nonzero",
            "a % b_nonzero",
            "char(-22) / b_nonzero",
            a="char",
            b_nonzero="ap_uint<48>",
        ),
        # Division counts in the sign of the wider operand.
        _piece("signed_by_wider_unsigned", "a / b_nonzero", "a % b_nonzero", a="ap_int<24>", b_nonzero="ap_uint<64>"),
        _piece("remainder_assigned", "a %= b_nonzero;", "a", a="ap_int<24>", b_nonzero="ap_uint<64>"),
        _piece("remainder_by_native", "a %= b_nonzero;", "a", a="ap_uint<111>", b_nonzero="long long"),
        # Two signs from 32 bits on: equal by bits, ordered with negative values beyond all others.
        _piece("order_of_two_signs", "a == b", "a > b", "a <= b", "b >= a", a="ap_int<8>", b="ap_uint<32>"),
        _piece("order_of_two_signs_wide", "a == b", "a < b", "a > b", a="ap_int<70>", b="ap_uint<70>"),
        _piece("order_of_two_signs_of_one_width", "a == b", "a != b", "a < b", a="ap_int<40>", b="ap_uint<40>"),
        _piece("order_with_a_wider_sign", "a == b", "a < b", "a >= b", a="ap_int<41>", b="ap_uint<40>"),
        # Negation of one signed bit takes three.
        _piece("negated_bit", "-a", "-b", a="ap_int<1>", b="ap_uint<1>"),
        # Ranges: reversed bounds turn the bits; a reduction leaves the highest bit out.
        _piece(
            "reversed_range", "ap_uint<12>(a.range(2, 9))", "a.range(3, 10) = b;", "a", a="ap_uint<12>", b="ap_uint<9>"
        ),
        _piece("reduced_range", "a.range(7, 0).and_reduce()", "a.range(9, 2).xor_reduce()", a="ap_int<12>"),
        # A range takes at most 64 bits of a concatenation.
        _piece(
            "range_of_concatenations",
            "a.range(89, 2) = (b, b);",
            "a",
            "a.range(99, 1) = (b, c);",
            "a",
            a="ap_uint<100>",
            b="ap_int<45>",
            c="ap_int<44>",
        ),
        # Arithmetic of a range with an ap_int takes the sign of the range's object for its type.
        _piece("range_of_signed", "a.range(7, 0) - b", "b + a.range(3, 0)", a="ap_int<8>", b="ap_int<8>"),
        # A negative native integer reaches above its width when it is put beside a concatenation or before a range.
        _piece("native_beside_concatenation", "((a, b), c)", a="ap_uint<5>", b="ap_uint<6>", c="short"),
        _piece("native_before_range", "(c, a.range(3, 1))", a="ap_uint<7>", c="short"),
        # Shift distances of ap_uint count modulo 2^32, those of native integers do not.
        _piece("distance_of_more_bits", "a << b", "a >> b", a="ap_int<20>", b="ap_uint<34>"),
        _piece("short_distance_of_wide", "a >>= b;", "a", "a << b", a="ap_uint<1024>", b="ap_int<5>"),
        _piece("distance_of_bool", "a << b", "a >> b", a="ap_uint<1024>", b="bool"),
        _piece("distance_native", "a << b", "a >> b", a="ap_int<20>", b="unsigned long"),
        # Fixed point to integer: towards zero, but from no integer bits a negative fraction becomes -1.
        _piece("fraction_to_integer", "a.to_int()", "b.to_int()", a="ap_fixed<8, 0>", b="ap_fixed<8, 4>"),
        # The lowest value divided by -1 in fixed point stays as it is.
        _piece("fixed_overflow_of_division", "a / b_nonzero", a="ap_fixed<9, 4>", b_nonzero="ap_fixed<4, 4>"),
        _piece("negative_constants", "ap_int<28>(-0.35)", "ap_int<28>(-0.5)", "ap_uint<9>(-1.7f)", "ap_int<9>(0.3)"),
        # The lowest value of one bit is kept by AP_SAT_SYM.
        _piece("symmetric_bit", "ap_fixed<1, 5, AP_RND, AP_SAT_SYM>(a)", a="ap_fixed<9, 6>"),
        _piece("native_by_fixed", "100 / a_nonzero", "7u - a_nonzero", a_nonzero="ap_fixed<9, 4>"),
        _piece("fixed_order_of_two_signs", "a < b", "a == b", a="ap_fixed<40, 20>", b="ap_ufixed<40, 20>"),
        # A fixed-point range takes the bits of a fixed-point value as they are, an ap_int's range its integer part.
        _piece(
            "fixed_into_ranges",
            "a.range(6, 1) = c;",
            "b.range(6, 1) = c;",
            "a",
            "b",
            a="ap_fixed<9, 4>",
            b="ap_uint<9>",
            c="ap_fixed<12, 7>",
        ),
    ]

"""Random pieces over ap_fixed."""

from tests.hls.headers.operands import (
    RELATIONS,
    Operand,
    Piece,
    a_bit,
    a_fixed,
    a_native,
    a_range,
    an_integer,
    bounds,
    fixed_type,
    integer_type,
    width_of,
)


def fixed_conversion(piece: Piece) -> None:
    """From one format to another: every mode."""
    source = piece.source
    value = source.choice((a_fixed, a_fixed, a_fixed, an_integer, a_native, a_range, a_bit))(piece)
    piece.give(f"{fixed_type(source)[0]}({value})")


def fixed_binary(piece: Piece) -> None:
    """Two operands, of which one is fixed-point."""
    source = piece.source
    operator = source.choice(("+", "-", "*", "/", "&", "|", "^", *RELATIONS))
    other = source.choice((a_fixed, a_fixed, an_integer, a_native))
    division = operator == "/"
    first = a_fixed(piece, division)
    second = other(piece, nonzero=division)
    turned = source.random() < 0.4
    piece.give(f"{second} {operator} {first}" if turned else f"{first} {operator} {second}")


def fixed_unary(piece: Piece) -> None:
    """Signs, steps, shifts, conversions to integers."""
    source = piece.source
    which = source.random()
    kind, width = fixed_type(source)
    value = piece.take(kind, Operand(width))
    if which < 0.25:
        piece.give(f"{source.choice('~-+!')}{value}")
    elif which < 0.5:
        distance = piece.take(source.choice(("int", "unsigned")), Operand(source.randint(1, 7)))
        piece.give(f"{value} {source.choice(('<<', '>>'))} {distance}")
    elif which < 0.6:
        bits = source.randint(1, 7)
        piece.give(f"{value} {source.choice(('<<', '>>'))} {piece.take(integer_type(source, bits), Operand(bits))}")
    elif which < 0.8:
        # Without integer bits the reference leaves the integer part unset: undefined there.
        if int(kind.split(",")[1].rstrip("> ")) >= 0:
            piece.give(f"{value}.to_{source.choice(('int', 'uint', 'int64', 'uint64'))}()")
            piece.give(f"{value}.to_ap_int_base()")
            piece.give(f"{integer_type(source, width_of(source))}({value})")
    else:
        before = int(kind.split(",")[1].rstrip("> "))
        if 0 < before < width:
            piece.give(source.choice((f"{value}++", f"++{value}", f"{value}--", f"--{value}")))
        piece.give(f"{value}.is_neg()")
        piece.give(f"{value}.length()")
        piece.give(value)


def fixed_compound(piece: Piece) -> None:
    """`a op= b` with the target's modes, and bits and ranges as targets."""
    source = piece.source
    kind, width = fixed_type(source)
    value = piece.take(kind, Operand(width))
    which = source.random()
    if which < 0.5:
        operator = source.choice("+-*/&|^")
        other = source.choice((a_fixed, an_integer, a_native))(piece, nonzero=True)
        piece.lines.append(f"{value} {operator}= {other};")
    elif which < 0.6:
        piece.lines.append(f"{value} {source.choice(('<<', '>>'))}= {source.randint(0, width + 2)};")
    elif which < 0.8:
        right = source.choice((an_integer, a_native, a_fixed))(piece)
        piece.lines.append(f"{value}.range({bounds(piece, width)}) = {right};")
    else:
        right = source.choice((a_bit, a_native))(piece)
        piece.lines.append(f"{value}[{source.randrange(width)}] = {right};")
        piece.give(f"ap_uint<{width}>({value}.range({bounds(piece, width)}))")
        piece.give(f"(bool){value}[{source.randrange(width)}]")
    piece.give(value)


def fixed_constant(piece: Piece) -> None:
    """Floating-point constants: folded when compiled."""
    source = piece.source
    for _ in range(3):
        number = source.choice(
            (source.uniform(-2, 2), source.uniform(-300, 300), source.randint(-64, 64) / 32, 0.0, 1e-9, -1e-9, 3e7)
        )
        piece.give(f"{fixed_type(source)[0]}({number!r})")
    kind, width = fixed_type(source, width=source.randint(2, 50))
    value = piece.take(kind, Operand(width))
    piece.give(f"{value} {source.choice(RELATIONS)} {source.choice((0.0, 0.5, -1.0, 1.75, 0.3, -2.7, 1e6))!r}")

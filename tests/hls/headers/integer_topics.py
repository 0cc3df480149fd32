"""Random pieces over ap_int and native integers."""

from tests.hls.headers.operands import (
    NATIVE,
    RELATIONS,
    Operand,
    Piece,
    a_bit,
    a_concatenation,
    a_fixed_with_integer,
    a_native,
    a_part,
    a_range,
    an_integer,
    bounds,
    integer_type,
    width_of,
)

ARITHMETIC = ("+", "-", "*", "/", "%", "&", "|", "^")


def binary(piece: Piece) -> None:
    """Two operands, of which one is an ap_int."""
    source = piece.source
    operator = source.choice((*ARITHMETIC, *RELATIONS))
    division = operator in "/%"
    wide = not division or source.random() < 0.3
    other = source.choice((an_integer, an_integer, a_native, a_range, a_bit))
    first = an_integer(piece, division, wide)
    second = other(piece, nonzero=division) if other in (an_integer, a_native) else other(piece)
    turned = source.random() < 0.5 and other is not an_integer
    if division and other in (a_range, a_bit):
        turned = True
    piece.give(f"{second} {operator} {first}" if turned else f"{first} {operator} {second}")


def reference_binary(piece: Piece) -> None:
    """References and concatenations without an ap_int; what has no operator of its own converts to native integers."""
    source = piece.source
    plain = ("+", "-", "*", "&", "|", "^")
    left, right, operators = source.choice(
        (
            (a_range, a_range, (*plain, *RELATIONS)),
            (a_range, a_native, (*plain, *RELATIONS)),
            (a_native, a_range, (*plain, *RELATIONS)),
            (a_bit, a_bit, (*plain, "==", "!=")),
            (a_bit, a_native, (*plain, *RELATIONS)),
            (a_native, a_bit, (*plain, *RELATIONS)),
            (a_range, a_bit, plain),
            (a_concatenation, a_concatenation, plain),
            (a_concatenation, an_integer, ("&", "|", "^", *RELATIONS)),
        )
    )
    one, two = left(piece), right(piece)
    piece.give(f"{one} {source.choice(operators)} {two}")


def shift(piece: Piece) -> None:
    """Distances of both signs, beyond the width too."""
    source = piece.source
    operator = source.choice(("<<", ">>"))
    value = source.choice((an_integer, an_integer, a_range, a_concatenation))(piece)
    width = source.randint(1, 9) if source.random() < 0.7 else width_of(source)
    kind = source.random()
    if kind < 0.45 and not value.startswith("("):
        distance = piece.take(integer_type(source, width), Operand(width))
    elif kind < 0.85 or value.startswith("("):
        name = source.choice(("int", "unsigned", "long", "unsigned long", "long long", "unsigned long long"))
        distance = piece.take(name, Operand(source.randint(1, 9)))
        if NATIVE[name][1] and source.random() < 0.4 and not value.startswith("("):
            distance = f"(-{distance})"
    else:
        distance = str(source.randint(0, 140))
    piece.give(f"{value} {operator} {distance}")


def unary(piece: Piece) -> None:
    """Signs, complements, reductions, conversions, steps."""
    source = piece.source
    which = source.random()
    if which < 0.25:
        piece.give(f"{source.choice('~-+!')}{an_integer(piece, wide=True)}")
    elif which < 0.3:
        piece.give(f"{source.choice('~-!')}{a_bit(piece)}")
    elif which < 0.35:
        piece.give(f"{source.choice('~-!')}{a_range(piece)}")
    elif which < 0.5:
        width = width_of(source, wide=True)
        kind = integer_type(source, width)
        # The reference is wrong in two cases: and_reduce and nand_reduce beyond 64 bits compare with the type's
        # extremes, xor_reduce and xnor_reduce of a negative value count copies of its sign.
        names = ["or", "nor"] + ["and", "nand"] * (width <= 64) + ["xor", "xnor"] * ("uint" in kind)
        piece.give(f"{piece.take(kind, Operand(width))}.{source.choice(names)}_reduce()")
    elif which < 0.6:
        piece.give(f"{a_range(piece)}.{source.choice(('and', 'or', 'xor'))}_reduce()")
    elif which < 0.8:
        names = ("bool", "char", "schar", "uchar", "short", "ushort", "int", "uint", "long", "ulong", "int64", "uint64")
        piece.give(f"{an_integer(piece)}.to_{source.choice(names)}()")
    elif which < 0.85:
        piece.give(f"{a_range(piece)}.to_{source.choice(('int', 'uint', 'long', 'ulong', 'int64', 'uint64'))}()")
    elif which < 0.95:
        value = an_integer(piece)
        piece.give(source.choice((f"{value}++", f"++{value}", f"{value}--", f"--{value}")))
        piece.give(value)
    else:
        value = an_integer(piece, wide=True)
        piece.give(f"{value}.countLeadingZeros()")
        piece.give(f"{value}.length()")
        piece.give(f"{value}.sign()")
        piece.give(f"{value}.iszero()")


def compound(piece: Piece) -> None:
    """`a op= b`."""
    source = piece.source
    value = an_integer(piece, wide=True)
    if source.random() < 0.3:
        operator = source.choice(("<<", ">>"))
        width = source.randint(1, 9)
        piece.lines.append(f"{value} {operator}= {piece.take(integer_type(source, width), Operand(width))};")
    else:
        operator = source.choice(ARITHMETIC)
        division = operator in "/%"
        other = source.choice(
            (an_integer, a_native) if division else (an_integer, a_native, a_range, a_bit, a_concatenation)
        )
        right = other(piece, nonzero=True) if other in (an_integer, a_native) else other(piece)
        piece.lines.append(f"{value} {operator}= {right};")
    piece.give(value)


def targets(piece: Piece) -> None:
    """Bits, ranges and concatenations as targets, and methods that change a value."""
    source = piece.source
    width = width_of(source, wide=True)
    value = piece.take(integer_type(source, width), Operand(width))
    which = source.random()
    if which < 0.4:
        right = source.choice((an_integer, a_native, a_range, a_bit, a_concatenation))(piece)
        piece.lines.append(f"{value}.range({bounds(piece, width)}) = {right};")
    elif which < 0.55:
        right = source.choice((an_integer, a_native, a_bit, a_range))(piece)
        at = piece.index(width) if source.random() < 0.5 else source.randrange(width)
        piece.lines.append(f"{value}[{at}] = {right};")
    elif which < 0.8:
        other = a_part(piece)
        right = source.choice((an_integer, a_concatenation))(piece)
        piece.lines.append(f"({value}, {other}) = {right};")
        piece.give(other.partition(".")[0].partition("[")[0])
    else:
        at = piece.index(width)
        calls = ("set(@)", "clear(@)", "invert(@)", "set(@, false)", "set_bit(@, true)", "reverse()", "b_not()")
        calls = calls if width > 64 else (*calls, "lrotate(@)", "rrotate(@)")
        piece.lines.append(f"{value}.{source.choice(calls).replace('@', at)};")
        piece.give(f"{value}.test({at})")
        piece.give(f"{value}.bit({at}) & true")
    piece.give(value)


def concatenation(piece: Piece) -> None:
    """As a value, with native integers too."""
    source = piece.source
    if source.random() < 0.6:
        text = a_concatenation(piece)
        piece.give(f"ap_{source.choice(('int', 'uint'))}<{width_of(source)}>({text})")
        return
    parts = [a_part(piece), a_native(piece)]
    if source.random() < 0.4:
        parts.reverse()
    elif source.random() < 0.3:
        parts.insert(0, a_part(piece))
    piece.give(f"({', '.join(parts)})")


def conversion(piece: Piece) -> None:
    """Between integers, by construction and assignment."""
    source = piece.source
    value = source.choice((an_integer, a_native, a_range, a_bit, a_concatenation, a_fixed_with_integer))(piece)
    kinds = (integer_type(source, width_of(source, wide=True)), integer_type(source, width_of(source)))
    kind = source.choice((*kinds, source.choice(tuple(NATIVE))))
    if kind.startswith("ap_") or not value.endswith(")"):
        piece.give(f"({kind})({value})")
    else:
        piece.give(f"({kind})(unsigned long long)({value})")


def nested(piece: Piece) -> None:
    """Results as operands: their types show."""
    source = piece.source
    left, right = (
        f"({an_integer(piece)} {source.choice('+-*&|^')} {source.choice((an_integer, a_native))(piece)})" for _ in "ab"
    )
    piece.give(f"{left} {source.choice((*'+-*&|^', *RELATIONS))} {right}")
    piece.give(f"({left} >> {source.randint(0, 70)}) + ({right} << {source.randint(0, 20)})")


def literals(piece: Piece) -> None:
    """Strings, and floating-point constants as integers."""
    source = piece.source
    width = width_of(source, wide=True)
    radix = source.choice((2, 8, 10, 16))
    word = source.getrandbits(source.randint(1, min(width, 60)))
    digits = {2: f"{word:b}", 8: f"{word:o}", 10: str(word), 16: f"{word:x}"}[radix]
    sign = source.choice(("", "-"))
    kind = integer_type(source, width)
    if source.random() < 0.5:
        piece.give(f'{kind}("{sign}{digits}", {radix})')
    else:
        prefix = {2: "0b", 8: "0o", 10: "", 16: "0x"}[radix]
        piece.give(f'{kind}("{sign}{prefix}{digits}")')
    piece.give(f"{integer_type(source, source.randint(4, 40))}({source.uniform(-7, 7):.5f})")
